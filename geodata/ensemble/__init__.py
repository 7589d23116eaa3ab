"""The folder of an ensemble: its nights in blocks, its answers in tables."""
