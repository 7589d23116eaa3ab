"""What a run found: trace, outages, indicators, and where they come from."""
