"""One function per command, each a chain of stages; the only rooms that open and replace files people keep."""
