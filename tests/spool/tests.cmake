lodge_test(spool/test_spool lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_verify lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_projection lodge_spool PkgConfig::SQLITE)
