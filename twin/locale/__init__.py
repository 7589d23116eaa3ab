"""Catalogues of sentences; English is the source text."""
