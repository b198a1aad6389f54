"""Which native ops were measured to be within the accuracy budget: written by `benchmarks/verdicts.py`, not by hand."""

VERDICTS = {}
