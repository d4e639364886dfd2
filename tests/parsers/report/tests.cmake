lodge_test(parsers/report/test_report lodge_report)
lodge_fuzz(fuzz_report_parse fuzz/fuzz_report_parse.c lodge_report)
lodge_test(parsers/report/test_signatures lodge_report)
