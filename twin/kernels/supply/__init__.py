"""Kernels of the supply graph."""
