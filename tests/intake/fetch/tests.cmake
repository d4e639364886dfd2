lodge_test(intake/fetch/test_fetch lodge_fetch)
target_sources(intake_fetch_test_fetch PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/imap_peer.c)
