"""A layer and its mathematics. It knows no activation by name."""
