foreach(module address conversation credentials)
    lodge_test(intake/answer/test_${module} lodge_answer)
endforeach()
foreach(module encoded_word receipt)
    lodge_test(intake/answer/test_${module} lodge_answer PkgConfig::GMIME)
endforeach()

# the scripted SMTP peer speaks TLS too
pkg_check_modules(PEER_TLS REQUIRED IMPORTED_TARGET libssl libcrypto)
lodge_test(intake/answer/test_courier lodge_answer PkgConfig::PEER_TLS)
target_sources(intake_answer_test_courier PRIVATE support/smtp_peer.c support/smtp_peer_tls.c)
lodge_test(intake/answer/test_courier_stopping lodge_answer PkgConfig::PEER_TLS)
target_sources(intake_answer_test_courier_stopping PRIVATE support/smtp_peer.c support/smtp_peer_tls.c)
lodge_fuzz(fuzz_answer_conversation fuzz/fuzz_answer_conversation.c lodge_answer)
