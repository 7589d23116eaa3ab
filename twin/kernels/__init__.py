"""Kernels: plain functions on arrays. Index arrays first, scalars last; no dataclass, log, file or setting."""
