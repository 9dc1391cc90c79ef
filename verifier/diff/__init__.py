"""Two versions of a system: which parts correspond, where they differ, and what shows it."""
