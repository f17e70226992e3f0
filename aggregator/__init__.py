"""Excel-centric aggregation of the Lifelong Learning Week report."""

__version__ = "0.1.0"
