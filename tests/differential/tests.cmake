# Against another implementation, where it is installed; run.sh installs it.
pkg_check_modules(OPENDKIM IMPORTED_TARGET opendkim)
if(OPENDKIM_FOUND)
    add_library(tests_opendkim STATIC differential/opendkim.c differential/mail_maker.c)
    target_link_libraries(tests_opendkim PRIVATE lodge_flags
        PUBLIC tests_learn_signer PkgConfig::OPENDKIM)
    lodge_test(differential/test_dkim_opendkim tests_opendkim)
else()
    message(STATUS "libopendkim is not installed: no differential test of DKIM")
endif()
