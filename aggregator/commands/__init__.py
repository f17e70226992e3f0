"""The commands, one function each: parse, one call, print, exit. Nothing is decided here but words and status."""
