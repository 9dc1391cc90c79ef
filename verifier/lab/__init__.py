"""The lab: programs on machines that nobody here wrote, against what models/x86 predicts."""
