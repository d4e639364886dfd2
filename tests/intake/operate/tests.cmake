lodge_test(intake/operate/test_rules_in_force lodge_operate PkgConfig::SQLITE)
