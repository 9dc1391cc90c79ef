"""Files: read with suspicion, written whole, cached, private to a user."""
