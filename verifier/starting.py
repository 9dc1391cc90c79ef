"""The lemmas that a search starts with: those of the proofs that a project keeps.

They are candidates. PDR keeps those that hold together, and the audit judges the proof it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from verifier.catalogue import Pair
from verifier.evidence.certificates import Certificate, clauses_from
from verifier.evidence.files import DamagedFile
from verifier.evidence.verdicts import Clause
from verifier.gate.kept import FOLDER, kept_evidence
from verifier.language.compiled import Compiled
from verifier.language.errors import ModelError


def kept_lemmas(root: Path, compiled: Compiled) -> tuple[Clause, ...]:
    """What the kept proofs of a system say that can be said of it as it is now."""
    return tuple(clauses_from(compiled, _certificates(root, compiled)))


def _certificates(root: Path, compiled: Compiled) -> Iterator[Certificate]:
    system = compiled.system.name
    for group in sorted(compiled.circuit.bad):
        try:
            evidence = kept_evidence(root, Pair(system, group)) if ":" not in group else None
        except DamagedFile as damage:
            raise ModelError(
                f"the proof kept for `{system}/{group}` is damaged: {damage}",
                mend=f"remove it from {FOLDER} or search with --fresh",
            ) from None
        if isinstance(evidence, Certificate):
            yield evidence
