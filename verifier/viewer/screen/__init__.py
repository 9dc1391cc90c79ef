"""The interactive viewer; the only part that imports textual."""
