"""Files: checked when read, written whole, cached, private to a user."""
