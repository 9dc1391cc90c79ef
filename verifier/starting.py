"""The lemmas that a search starts with: those of the proofs that a project keeps.

They are candidates. PDR keeps those that hold together, and the audit judges the proof it finds.
"""

from __future__ import annotations

from pathlib import Path

from verifier.evidence.certificates import clauses_from
from verifier.evidence.files import DamagedFile
from verifier.evidence.verdicts import Clause
from verifier.gate.kept import FOLDER, kept_evidence
from verifier.language.compiled import Compiled
from verifier.language.errors import ModelError


def kept_lemmas(root: Path, compiled: Compiled) -> tuple[Clause, ...]:
    """What the kept proofs of a system say that can be said of it as it is now."""
    system = compiled.system.name
    try:
        kept = kept_evidence(root, system)
    except DamagedFile as damage:
        raise ModelError(
            f"the evidence kept for `{system}` is damaged: {damage}",
            mend=f"remove it from {FOLDER} or search with --fresh",
        ) from None
    return () if kept is None else tuple(clauses_from(compiled, kept.lemmas))
