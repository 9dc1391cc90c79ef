"""Where a project stores its evidence: one file a system."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from verifier.evidence.bundle import Bundle, formatted
from verifier.evidence.files import DamagedFile, read_bundle
from verifier.language.system import System
from verifier.storage.atomic import write_whole

FOLDER = Path("properties") / "certificates"


def file_of(system: str) -> Path:
    """The file about a system, from the project's folder."""
    return FOLDER / f"{system.replace('/', '.')}.json"


@dataclass(frozen=True)
class ProofStore:
    """The evidence in a project's folder `properties/certificates`, which commits share."""

    root: Path

    def bundle(self, system: str) -> Bundle | None:
        """What is stored of a system; None where nothing is, or nothing usable, see `damage`."""
        try:
            found = self._read(system)
        except DamagedFile:
            return None
        return found if found is not None and found.system == system else None

    def damage(self, system: str) -> str | None:
        """What is wrong with the file about a system, and what to do; None where nothing is."""
        folder = self.root / FOLDER
        if os.path.lexists(folder) and not folder.is_dir():
            return (
                f"`{FOLDER}` is not a folder: no system has stored evidence; remove it, then "
                "nestproof gate --accept writes it"
            )
        try:
            found = self._read(system)
        except DamagedFile as wrong:
            reason = str(wrong)
        else:
            if found is None or found.system == system:
                return None
            reason = f"it is about `{found.system}`"
        return (
            f"`{file_of(system)}` cannot be used: {reason}; `{system}` is decided without it; "
            "remove it, or write it again with nestproof gate --accept"
        )

    def damages(self, systems: Iterable[System]) -> list[str]:
        """What is wrong with the files about some systems, or with the folder of them all."""
        found = (self.damage(each.name) or self._outdated(each) for each in systems)
        return list(dict.fromkeys(wrong for wrong in found if wrong))

    def superfluous(self, systems: Iterable[str]) -> list[str]:
        """Which files in the folder are about no system that there is, and so are never read."""
        used = {self.root / file_of(system) for system in systems}
        files = sorted(file for file in (self.root / FOLDER).glob("*.json") if file not in used)
        return [
            f"`{file.relative_to(self.root)}` belongs to no system of this project"
            for file in files
        ]

    def save(self, bundles: Iterable[Bundle]) -> list[Path]:
        """Write what there is of some systems; the files that are new or have another content."""
        (self.root / FOLDER).mkdir(parents=True, exist_ok=True)
        written = []
        for each in bundles:
            file = self.root / file_of(each.system)
            if not (each.proofs or each.runs):
                file.unlink(missing_ok=True)
                continue
            content = formatted(each)
            if not file.exists() or file.read_bytes() != content:
                write_whole(file, content)
                written.append(file)
        return written

    def size(self, system: str) -> int:
        """The bytes stored about a system."""
        file = self.root / file_of(system)
        return file.stat().st_size if file.exists() else 0

    def _read(self, system: str) -> Bundle | None:
        file = self.root / file_of(system)
        return read_bundle(file) if os.path.lexists(file) else None

    def _outdated(self, system: System) -> str | None:
        known = self.bundle(system.name)
        return None if known is None else outdated(known, system)


def outdated(evidence: Bundle, system: System) -> str | None:
    """That stored evidence names fields that a system does not have; None where it does not."""
    fields = {leaf.path for leaf in system.layout.leaves}
    named = {field: None for lemma in evidence.lemmas for field in lemma if field not in fields}
    if not named:
        return None
    first = f"`{min(named)}`" + f" and {len(named) - 1} more fields" * (len(named) > 1)
    return (
        f"the stored evidence of `{system.name}` names {first}, which it does not have: "
        "nestproof gate --accept writes it again"
    )
