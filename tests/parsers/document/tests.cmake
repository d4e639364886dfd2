add_library(tests_document STATIC parsers/document/maker.c parsers/document/ole_maker.c
    parsers/document/closed_cell.c)
target_link_libraries(tests_document PRIVATE lodge_flags PkgConfig::CMOCKA PkgConfig::ARCHIVE
    PUBLIC lodge_document lodge_cell)
foreach(module document details pdf rtf doc stamp)
    lodge_test(parsers/document/test_${module} tests_document)
endforeach()
lodge_fuzz(fuzz_document_examine fuzz/fuzz_document_examine.c lodge_document)
lodge_fuzz(fuzz_document_rtf fuzz/fuzz_document_rtf.c lodge_document)
lodge_fuzz(fuzz_document_doc fuzz/fuzz_document_doc.c lodge_document)
target_sources(fuzz_document_doc PRIVATE parsers/document/ole_maker.c)
lodge_fuzz(fuzz_document_xmp fuzz/fuzz_document_xmp.c lodge_document)
