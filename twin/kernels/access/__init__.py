"""Kernels of travel along streets over time."""
