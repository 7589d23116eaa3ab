"""Programme files: zones, programmes, weather and orders of a season, read, checked and made into one."""
