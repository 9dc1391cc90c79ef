"""Mistakes made in the verifier itself on purpose, and whether its tests notice them."""
