"""The 2D flow model: rain, river and measures to water depth over time."""
