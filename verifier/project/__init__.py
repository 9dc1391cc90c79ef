"""A project's folder: models, properties, expected verdicts, stored proofs, findings, history."""
