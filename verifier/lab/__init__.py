"""The lab: programs run on machines that nobody here wrote, compared with what models/x86 predicts."""
