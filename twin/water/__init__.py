"""What the water does: depth on a grid over time, and what it means at each asset."""
