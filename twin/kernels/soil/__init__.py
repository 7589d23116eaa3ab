"""Kernels of the water in the ground of irrigated zones."""
