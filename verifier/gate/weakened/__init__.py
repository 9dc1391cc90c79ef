"""What a change takes from the judges: claims, cases, pairs, systems, steps, records."""
