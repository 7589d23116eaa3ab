"""Water computed by the 2D flow model: what a scenario says of it, its ground, rain and rivers, its store."""
