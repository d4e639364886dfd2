add_library(decide_world STATIC intake/decide/world.c)
target_link_libraries(decide_world PRIVATE lodge_flags PUBLIC lodge_decide)
foreach(module answerable answered authority bounce decide deception dmarc dmarc_record dns_answers duplicate
        evidence findings folded_text history instead kind letter lookalike malware mending mention notice odd_names other_council place
        plan proofs received_instant receipt_content ruling scans signs stand_in timeliness unsubmission)
    lodge_test(intake/decide/test_${module} decide_world lodge_decide)
endforeach()
add_test(NAME intake/decide/purity
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/purity.sh $<TARGET_FILE:lodge_decide>)
lodge_fuzz(fuzz_dmarc_record fuzz/fuzz_dmarc_record.c lodge_decide)
lodge_fuzz(fuzz_decide fuzz/fuzz_decide.c decide_world lodge_decide)
lodge_test(intake/decide/test_real_documents decide_world lodge_decide lodge_document)
lodge_test(intake/decide/test_real_mail decide_world lodge_decide lodge_mail)
lodge_test(intake/decide/test_exchange_online decide_world lodge_decide lodge_mail)
lodge_test(intake/decide/test_smime_proof lodge_decide lodge_mail tests_mail_corpus)
