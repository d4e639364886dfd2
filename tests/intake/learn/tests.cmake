# The airlock's tests bring a reader that misbehaves; it stands with the tests, never beside lodge.
add_executable(lodge-reader-faulty intake/learn/reader_faulty.c)
target_link_libraries(lodge-reader-faulty PRIVATE lodge_flags lodge_report lodge_cell)
lodge_test(intake/learn/test_airlock lodge_learn)
add_dependencies(intake_learn_test_airlock lodge-reader-faulty)

add_executable(lodge-reader-without-documents intake/learn/reader_without_documents.c)
target_link_libraries(lodge-reader-without-documents
    PRIVATE lodge_flags lodge_mail lodge_report lodge_cell)

lodge_test(intake/learn/test_examination_pdf lodge_learn)
lodge_test(intake/learn/test_examination_office lodge_learn)
foreach(kind pdf office)
    target_sources(intake_learn_test_examination_${kind} PRIVATE
        intake/learn/examination.c intake/learn/tsv.c)
    add_dependencies(intake_learn_test_examination_${kind} lodge-reader)
endforeach()

foreach(module zone_file dns_recorder)
    lodge_test(intake/learn/test_${module} lodge_learn)
endforeach()
lodge_test(intake/learn/test_dmarc_table lodge_learn PkgConfig::JSON)
target_sources(intake_learn_test_dmarc_table PRIVATE intake/learn/tsv.c)
lodge_fuzz(fuzz_dns_zone_file fuzz/fuzz_dns_zone_file.c lodge_learn)
lodge_test(intake/learn/test_resolver_server lodge_learn)
target_sources(intake_learn_test_resolver_server PRIVATE
    intake/learn/dns_server.c ${CMAKE_SOURCE_DIR}/tests/support/dns_peer.c)
lodge_test(intake/learn/test_resolver_faults lodge_learn)
target_sources(intake_learn_test_resolver_faults PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/dns_peer.c)
# The malware scanner: a scripted one here; intake/run/test_scanner.py has a real clamd.
lodge_test(intake/learn/test_clamd_reply lodge_learn)
lodge_fuzz(fuzz_learn_clamd_reply fuzz/fuzz_learn_clamd_reply.c lodge_learn)
lodge_test(intake/learn/test_scanner lodge_learn)
target_sources(intake_learn_test_scanner PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/clamd_peer.c)
# Signatures: the reader's half and the parent's half in one program.
add_library(tests_learn_zone STATIC intake/learn/zone.c intake/learn/tsv.c)
target_link_libraries(tests_learn_zone PRIVATE lodge_flags PUBLIC lodge_learn)
lodge_test(intake/learn/test_dkim_corpus tests_learn_zone tests_mail_corpus)
add_library(tests_learn_signer STATIC intake/learn/signer.c)
target_link_libraries(tests_learn_signer PRIVATE lodge_flags
    PUBLIC tests_learn_zone tests_mail_corpus PkgConfig::CRYPTO)
lodge_test(intake/learn/test_dkim_check tests_learn_signer)
lodge_test(intake/learn/test_arc_chain tests_learn_signer)
lodge_fuzz(fuzz_learn_dkim_key fuzz/fuzz_learn_dkim_key.c lodge_learn)
lodge_test(intake/learn/test_anchors lodge_learn tests_smime_maker)
add_dependencies(intake_learn_test_anchors lodge-reader)

lodge_test(intake/learn/test_bombs lodge_learn PkgConfig::ARCHIVE)
target_sources(intake_learn_test_bombs PRIVATE parsers/document/maker.c)
add_dependencies(intake_learn_test_bombs lodge-reader)

# The cost of a document. Sanitized it says nothing: only an optimised build runs it as a test.
add_executable(bench_documents bench/bench_documents.c)
target_link_libraries(bench_documents PRIVATE lodge_flags lodge_learn lodge_document
    ${LODGE_MUPDF} ${LODGE_MUPDF_THIRD} mujs gumbo jbig2dec openjp2 freetype jpeg z m)
target_compile_definitions(bench_documents PRIVATE LODGE_BINARY_DIR="${CMAKE_BINARY_DIR}")
add_dependencies(bench_documents lodge-reader)
if(NOT LODGE_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_test(NAME bench/documents COMMAND bench_documents)
    set_tests_properties(bench/documents PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endif()
lodge_test(intake/learn/test_clamd_connect lodge_learn)
target_sources(intake_learn_test_clamd_connect PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/clamd_peer.c)
