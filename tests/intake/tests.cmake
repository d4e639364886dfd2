lodge_test(intake/test_known_document lodge_walk PkgConfig::SQLITE)
add_dependencies(intake_test_known_document lodge-reader)
