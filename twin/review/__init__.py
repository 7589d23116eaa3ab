"""Review: in the morning, what was foretold is held against what was seen. Arrays and tables in, tables out."""
