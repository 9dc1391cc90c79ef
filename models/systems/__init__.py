"""Initial states and steps put together: the systems of the catalogue."""
