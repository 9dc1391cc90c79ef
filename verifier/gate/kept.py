"""Evidence that outlives a check: one file a pair, and one a system for what must be reachable."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from verifier.catalogue import Pair
from verifier.evidence.certificates import Certificate
from verifier.evidence.contents import content_of
from verifier.evidence.files import LARGEST, DamagedFile, Evidence, read, save, write_whole
from verifier.evidence.traces import Value
from verifier.evidence.wellformed import fault

FOLDER = Path("properties") / "certificates"


class Run(msgspec.Struct, frozen=True):
    """An execution: the fields that start with any value, and the steps with their choices."""

    start: dict[str, Value]
    moves: tuple[tuple[str, dict[str, Value]], ...]


class Witnesses(msgspec.Struct, frozen=True):
    """How each case that is hard to find is reached, and why the others are not reachable.

    What random executions find at once is in neither.
    """

    schema: Literal[1]
    kind: Literal["witnesses"]
    system: str
    reached: dict[str, Run] = {}
    unreachable: dict[str, Certificate] = {}


def nothing_known(system: str) -> Witnesses:
    return Witnesses(1, "witnesses", system)


def evidence_file(root: Path, pair: Pair) -> Path:
    return root / FOLDER / f"{pair.system.replace('/', '.')}.{pair.property}.json"


def witnesses_file(root: Path, system: str) -> Path:
    return root / FOLDER / f"{system.replace('/', '.')}.json"


def kept_evidence(root: Path, pair: Pair) -> Evidence | None:
    """A pair's evidence, None where there is none. Raises DamagedFile."""
    file = evidence_file(root, pair)
    return read(file) if file.exists() else None


def kept_witnesses(root: Path, system: str) -> Witnesses | None:
    """A system's witnesses, None where there are none. Raises DamagedFile."""
    file = witnesses_file(root, system)
    if not file.exists():
        return None
    try:
        return decoded(content_of(file, LARGEST))
    except OSError as error:
        raise DamagedFile(error.strerror or str(error)) from None


def decoded(content: bytes) -> Witnesses:
    """Witnesses as saved. Raises DamagedFile."""
    try:
        known = msgspec.json.decode(content, type=Witnesses)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedFile(f"{error}") from None
    for proof in known.unreachable.values():
        wrong = fault(proof)
        if wrong is not None:
            raise DamagedFile(wrong)
    return known


def keep(root: Path, evidence: Iterable[Evidence], witnesses: Iterable[Witnesses]) -> list[Path]:
    """Save what is worth keeping; the files that are new or have another content."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for each in evidence:
        file = evidence_file(root, Pair(each.system, each.property))
        before = file.read_bytes() if file.exists() else None
        save(each, file)
        if file.read_bytes() != before:
            written.append(file)
    for found in witnesses:
        file = witnesses_file(root, found.system)
        if not (found.reached or found.unreachable):
            file.unlink(missing_ok=True)
            continue
        content = msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
        if not file.exists() or file.read_bytes() != content:
            write_whole(file, content)
            written.append(file)
    return written


def superfluous(root: Path, pairs: Iterable[Pair]) -> list[Path]:
    """Files in the folder that are about no pair and no system that there is."""
    pairs = list(pairs)
    wanted = {evidence_file(root, pair) for pair in pairs}
    wanted |= {witnesses_file(root, pair.system) for pair in pairs}
    return sorted(file for file in (root / FOLDER).glob("*.json") if file not in wanted)
