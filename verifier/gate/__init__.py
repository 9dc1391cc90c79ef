"""The gate on model changes: what changed, what still holds, and would anything have noticed."""
