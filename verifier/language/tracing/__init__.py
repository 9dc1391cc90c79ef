"""What a run on plain values has done, for people who read executions."""
