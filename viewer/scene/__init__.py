"""What a page draws and tells of a run, packed."""
