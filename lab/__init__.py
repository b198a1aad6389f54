"""What measures the package: its cases and their truth, accuracy, speed, memory, exports, survival. Tests import it."""
