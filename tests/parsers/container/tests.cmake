lodge_test(parsers/container/test_container lodge_container PkgConfig::ARCHIVE)
lodge_test(parsers/container/test_tnef lodge_container)
target_sources(parsers_container_test_tnef PRIVATE parsers/container/tnef_maker.c)
lodge_fuzz(fuzz_container_open fuzz/fuzz_container_open.c lodge_container)
