"""Every text grammar once: times, tables of text, encodings, YAML."""
