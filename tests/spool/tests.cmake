lodge_test(spool/test_reference lodge_spool)
lodge_test(spool/test_event lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_spool lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_verify lodge_spool PkgConfig::SQLITE)
lodge_test(spool/test_projection lodge_spool PkgConfig::SQLITE)

lodge_fuzz(fuzz_event_row fuzz/fuzz_event_row.c lodge_spool)

# Not a test: how fast commits are, on the disk at hand.
add_executable(spool_bench_commit spool/bench_commit.c)
target_link_libraries(spool_bench_commit PRIVATE lodge_flags lodge_spool)
