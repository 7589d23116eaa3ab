"""Crews at work: jobs, who takes which, and what each waits for. No clock in here."""
