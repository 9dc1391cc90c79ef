"""Processes beside this one, and the signals that end them all."""
