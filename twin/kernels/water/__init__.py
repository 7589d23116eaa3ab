"""Kernels of depth: frames, footprints, spilling."""
