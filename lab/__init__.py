"""Measurements of the package: its cases and their truth, accuracy, speed, memory, exports, survival. The tests import these modules."""
