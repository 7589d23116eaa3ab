"""Files and twin types: every format, CRS and footprint of the project is read and written here."""
