"""Water in the ground of irrigated zones: soils, plants, weather, programmes, locks and the balance of a season."""
