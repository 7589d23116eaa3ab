"""Ensembles of a scenario: made by many processes, asked, compared, and taken apart."""
