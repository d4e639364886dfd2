lodge_test(spool/test_event lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_durable_file lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_journal lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_ledger lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_ledger_ruling lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_spool lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_verify lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_projection lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_backup lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_search lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_purge lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_crash lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_faults lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_index_faults lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_odd_calls lodge_spool PkgConfig::SQLITE)

lodge_fuzz(fuzz_event_row fuzz/fuzz_event_row.c lodge_spool)

# Not tests: how fast commits and the index are, on the machine at hand.
add_executable(spool_bench_commit spool/bench_commit.c)
target_link_libraries(spool_bench_commit PRIVATE lodge_flags lodge_spool)
add_executable(spool_bench_index spool/bench_index.c)
target_link_libraries(spool_bench_index PRIVATE lodge_flags lodge_spool PkgConfig::SQLITE)

# The order of the durable system calls, and each of them failing or killed; needs strace.
find_package(Python3 COMPONENTS Interpreter)
add_executable(spool_trace_child spool/trace_child.c)
target_link_libraries(spool_trace_child PRIVATE lodge_flags lodge_spool)
if(Python3_FOUND)
    add_test(NAME spool/trace
             COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/spool/trace.py
                     $<TARGET_FILE:spool_trace_child>)
    set_tests_properties(spool/trace PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endif()
