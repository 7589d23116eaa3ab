"""Weather of a season from text tables: hourly or daily, in any dialect, with its units declared."""
