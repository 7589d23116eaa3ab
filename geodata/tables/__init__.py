"""Tables of records: what every reader gives, and the values in their cells."""
