"""What a scenario may write under ``flood:``."""
