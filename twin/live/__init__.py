"""Live: what comes in from outside, held against what was computed. Pure: arrays in, arrays out; no clock, no files."""
