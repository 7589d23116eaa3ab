"""Deciding: what a loss costs, what a measure spares, found by running the part of the city that it reaches."""
