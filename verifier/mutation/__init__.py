"""Mutation testing: mistakes made in models on purpose, and which claims detect them."""
