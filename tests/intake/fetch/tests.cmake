foreach(module fetch marks files)
    lodge_test(intake/fetch/test_${module} lodge_fetch)
    target_sources(intake_fetch_test_${module} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/imap_peer.c)
endforeach()
