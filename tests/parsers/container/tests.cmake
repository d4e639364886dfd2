lodge_test(parsers/container/test_container lodge_container PkgConfig::ARCHIVE)
lodge_fuzz(fuzz_container_open fuzz/fuzz_container_open.c lodge_container)
