"""Ensembles: many nights that share their draws, reduced to how likely each thing is and by what it comes about."""
