lodge_test(parsers/document/test_document lodge_document lodge_cell PkgConfig::ARCHIVE)
target_sources(parsers_document_test_document PRIVATE parsers/document/maker.c)
lodge_fuzz(fuzz_document_examine fuzz/fuzz_document_examine.c lodge_document)
