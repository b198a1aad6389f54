"""What the documentation site shows beside the pages that people write: `make docs`."""
