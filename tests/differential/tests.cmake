# Against another implementation, where it is installed; run.sh installs it.
pkg_check_modules(OPENDKIM IMPORTED_TARGET opendkim)
if(OPENDKIM_FOUND)
    add_library(tests_opendkim STATIC differential/opendkim.c differential/mail_maker.c)
    target_link_libraries(tests_opendkim PRIVATE lodge_flags
        PUBLIC tests_learn_signer PkgConfig::OPENDKIM)
    lodge_test(differential/test_dkim_opendkim tests_opendkim)

    # Not a unit test everywhere: times mean something in an optimised build only.
    add_executable(bench_dkim bench/bench_dkim.c)
    target_link_libraries(bench_dkim PRIVATE lodge_flags tests_opendkim)
    if(NOT LODGE_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        add_test(NAME bench/dkim COMMAND bench_dkim)
        set_tests_properties(bench/dkim PROPERTIES TIMEOUT 300)
    endif()
else()
    message(STATUS "libopendkim is not installed: no differential test of DKIM")
endif()
