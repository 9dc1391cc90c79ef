"""Verdicts, executions and certificates as data, in memory and in files."""
