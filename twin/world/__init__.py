"""The declared world: kinds, assets, supplies, the city, the plan, the sun."""
