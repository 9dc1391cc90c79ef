"""What must always hold of systems, and what must stay possible."""
