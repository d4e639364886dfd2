foreach(module anchors zone key_value key_file network call register secret csv register_import rules
               settings manual wording)
    lodge_test(config/test_${module} lodge_config)
endforeach()
lodge_fuzz(fuzz_config_key_file fuzz/fuzz_config_key_file.c lodge_config)
lodge_fuzz(fuzz_config_files fuzz/fuzz_config_files.c lodge_config)
