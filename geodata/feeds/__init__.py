"""Live data from outside: readers turn payloads into observations, forecasts, notices, and say what they refused."""
