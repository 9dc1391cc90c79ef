"""A project's pairs as tests of pytest."""
