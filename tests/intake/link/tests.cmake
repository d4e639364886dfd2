pkg_check_modules(LINK_PEER_TLS REQUIRED IMPORTED_TARGET libssl libcrypto)
lodge_test(intake/link/test_connection lodge_link PkgConfig::LINK_PEER_TLS)
target_sources(intake_link_test_connection PRIVATE
    ${CMAKE_SOURCE_DIR}/tests/support/imap_peer.c ${CMAKE_SOURCE_DIR}/tests/support/tls_peer.c)
