"""The independent check of evidence: proofs by solvers, executions by plain replay."""
