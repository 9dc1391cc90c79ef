"""The executions that show bugs which are mistakes in a system: properties/bugs.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from verifier.evidence.bundle import Bundle, Run, formatted
from verifier.evidence.files import DamagedFile, read_bundle
from verifier.language.errors import ModelError, Place
from verifier.storage.atomic import write_whole

FILE = Path("properties") / "bugs.json"
ALL = "bugs"
"""What the file is about, in the place of a system."""
AGAIN = "remove it, and write it again with nestproof bugs --check --accept"


def stored_executions(root: Path) -> Mapping[str, Run]:
    """The executions by the ids of their bugs; each counts only once it is replayed."""
    file = root / FILE
    if not file.exists():
        return {}
    try:
        found = read_bundle(file)
    except DamagedFile as wrong:
        raise ModelError(f"`{FILE}` cannot be used: {wrong}", Place(str(file), 1), AGAIN) from None
    return found.runs


def store_executions(root: Path, runs: Mapping[str, Run]) -> bool:
    """Write what there is; whether the file has changed."""
    content = formatted(Bundle.of(ALL, runs=runs))
    file = root / FILE
    if file.exists() and file.read_bytes() == content:
        return False
    if runs:
        write_whole(file, content)
    return bool(runs)
