"""From a catalogue's pairs to audited verdicts."""
