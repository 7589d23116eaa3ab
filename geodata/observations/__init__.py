"""What instruments and people report of a city, in one normal form."""
