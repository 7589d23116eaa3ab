"""The engine: events in, state, clock, and the tables of a result out."""
