"""The city file: its types, written and read."""
