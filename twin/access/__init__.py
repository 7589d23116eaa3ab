"""Access: which streets can be driven when, and until when a place can be reached."""
