"""What may leave a run: one view of it, made from the public list, that public outputs read in its place."""
