foreach(module zone key_value key_file network call register secret csv register_import)
    lodge_test(config/test_${module} lodge_config)
endforeach()
