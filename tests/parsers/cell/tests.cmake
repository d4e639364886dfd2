lodge_test(parsers/cell/test_cell lodge_cell)
lodge_test(parsers/cell/test_protocol lodge_cell_protocol)
