"""The sender's own workbook with its faulty cells marked, and the short text that goes with it.

`workbook` marks: it adds to the XML of the few parts that need it and leaves every other byte as it came; `splice`,
`styles`, `sheet` and `notes` are its tools. `letter` writes the text. Nothing here decides which file goes back.
"""
