"""Kernels of the 2D flow model."""
