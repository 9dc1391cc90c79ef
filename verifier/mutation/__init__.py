"""Mistakes made in models on purpose, and whether the properties notice them."""
