"""Known bugs of shipped systems: which of them the models reproduce."""
