"""Executions of a system on plain values: taken, recorded and converted."""
