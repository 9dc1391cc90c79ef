"""Which blocks each test runs, recorded once and again where a file of tests has changed."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.verifier_mutants.probes import Block, instrument
from tests.verifier_mutants.tree import Tree, copied

LONGEST = 1800.0
"""Seconds after which a file of tests is not waited for any more."""


@dataclass(frozen=True)
class Recorded:
    """A test by the name that pytest has for it, and what it ran when it last passed."""

    name: str
    seconds: float
    blocks: frozenset[Block]

    @property
    def file(self) -> str:
        return self.name.partition("::")[0]


def recorded(
    root: Path, mutated: Sequence[str], tests: Sequence[str], stored: Path
) -> list[Recorded]:
    """What the files of tests run of mutated ones; only what has changed is run.

    Each runs in a process of its own, so that none finds what another has cached.
    """
    digests = {file: _digest(root, [file]) for file in tests}
    known: dict[str, Any] = json.loads(stored.read_text()) if stored.exists() else {}
    if known.get("mutated") != _digest(root, mutated):
        known = {"mutated": _digest(root, mutated), "files": {}}
    files = known["files"]
    new = [file for file in tests if files.get(file, {}).get("digest") != digests[file]]
    if new:
        stored.parent.mkdir(parents=True, exist_ok=True)
        with copied(root) as tree:
            known["blocks"] = instrument(tree.root, mutated, tree.scratch / "marks")
            for number, file in enumerate(new, 1):
                print(f"{number}/{len(new)} {file}", file=sys.stderr)
                files[file] = {"digest": digests[file], "tests": _ran(tree, file)}
                stored.write_text(json.dumps(known))
    blocks = [(file, line) for file, line in known["blocks"]]
    return [
        Recorded(name, ran["seconds"], frozenset(blocks[place] for place in ran["blocks"]))
        for file in tests
        for name, ran in files[file]["tests"].items()
    ]


def _ran(tree: Tree, file: str) -> object:
    """What the tests of a file run that pass, by name."""
    result = tree.scratch / "record.json"
    result.unlink(missing_ok=True)
    if tree.pytest(["--record", str(result), file], LONGEST) not in (0, 5):
        print("what fails here is left out:", tree.output[-2000:], sep="\n", file=sys.stderr)
    return json.loads(result.read_text()) if result.exists() else {}


def _digest(root: Path, files: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file}\0".encode() + (root / file).read_bytes() + b"\0")
    return digest.hexdigest()
