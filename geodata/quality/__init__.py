"""The data quality check of a city."""
