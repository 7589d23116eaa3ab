"""The run folder: tables, manifest, picture of the water."""
