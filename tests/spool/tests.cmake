lodge_test(spool/test_spool lodge_spool PkgConfig::SQLITE)
