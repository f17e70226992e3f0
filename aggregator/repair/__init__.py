"""Figures found again in a workbook that is not as it was issued, line by line, or a clear reason why not.

`table` finds the table, `lines` says which line is which row, `carry` and `sheets` say what is typed where.
Nothing here writes a file or changes the original.
"""
