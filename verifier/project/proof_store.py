"""Where a project keeps its evidence: one file a system."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from verifier.evidence.bundle import Kept, laid_out
from verifier.evidence.files import DamagedFile, read_kept
from verifier.language.system import System
from verifier.storage.atomic import write_whole

FOLDER = Path("properties") / "certificates"


def kept_file(root: Path, system: str) -> Path:
    return root / FOLDER / f"{system.replace('/', '.')}.json"


def kept_evidence(root: Path, system: str) -> Kept | None:
    """What is kept of a system, None where nothing is. Raises DamagedFile."""
    file = kept_file(root, system)
    return read_kept(file) if os.path.lexists(file) else None


def damage(root: Path, system: str) -> str | None:
    """What is wrong with the file about a system, and what to do; None where nothing is."""
    file, folder = kept_file(root, system), root / FOLDER
    if os.path.lexists(folder) and not folder.is_dir():
        return (
            f"`{FOLDER}` is not a folder: no system has stored evidence; remove it, then "
            "nestproof gate --accept writes it"
        )
    try:
        found = kept_evidence(root, system)
    except DamagedFile as wrong:
        reason = str(wrong)
    else:
        if found is None or found.system == system:
            return None
        reason = f"it is about `{found.system}`"
    return (
        f"`{file.relative_to(root)}` is of no use: {reason}; `{system}` is decided without it; "
        "remove it, or write it again with nestproof gate --accept"
    )


def damages(root: Path, systems: Iterable[System]) -> list[str]:
    """What is wrong with the files about some systems, or with the folder of them all."""
    found = (damage(root, each.name) or _outdated(root, each) for each in systems)
    return list(dict.fromkeys(wrong for wrong in found if wrong))


def _outdated(root: Path, system: System) -> str | None:
    known = usable_evidence(root, system.name)
    return None if known is None else outdated(known, system)


def outdated(evidence: Kept, system: System) -> str | None:
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


def usable_evidence(root: Path, system: str) -> Kept | None:
    """What is stored of a system, None where nothing is or it is of no use, see `damage`."""
    try:
        found = kept_evidence(root, system)
    except DamagedFile:
        return None
    return found if found is not None and found.system == system else None


def keep(root: Path, evidence: Iterable[Kept]) -> list[Path]:
    """Save what is worth keeping; the files that are new or have another content."""
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    written = []
    for each in evidence:
        file = kept_file(root, each.system)
        if not (each.proofs or each.runs):
            file.unlink(missing_ok=True)
            continue
        content = laid_out(each)
        if not file.exists() or file.read_bytes() != content:
            write_whole(file, content)
            written.append(file)
    return written


def superfluous(root: Path, systems: Iterable[str]) -> list[str]:
    """Which files in the folder are about no system that there is, and so are never read."""
    used = {kept_file(root, system) for system in systems}
    files = sorted(file for file in (root / FOLDER).glob("*.json") if file not in used)
    return [f"`{file.relative_to(root)}` is about no system of this project" for file in files]
