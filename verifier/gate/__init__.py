"""The gate on model changes: what changed, what still holds, and mutation testing of it."""
