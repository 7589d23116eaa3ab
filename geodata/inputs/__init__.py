"""Every text grammar once: times, encodings, patterns, YAML."""
