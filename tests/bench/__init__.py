"""Benchmarks: `make bench`. Figures, not tests."""
