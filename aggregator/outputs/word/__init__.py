"""The Word report of a unit: from a consolidation and an outline to the bytes of a .docx.

`outline` is the report as data, `names` how offices are called, `sentences` what the totals say, `drafts` what units
wrote, `content` puts them together as plain values, `annex` the tables; only `paper` and `drawing` know python-docx.
"""
