"""Closed guests: kernels whose instructions a virtual CPU executes, one a step."""
