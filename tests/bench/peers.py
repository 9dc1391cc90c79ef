"""The other tools, each told to decide one exported pair."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.processes import Run

SECONDS = 60


@dataclass(frozen=True)
class Peer:
    """A tool: the command for a pair's files, and whether its output is an answer."""

    name: str
    command: Callable[[Path], list[str]]
    answered: Callable[[Run], bool]


def _abc() -> str:
    found = shutil.which("berkeley-abc") or shutil.which("abc")
    if found is None:
        sys.exit("the bench needs Berkeley ABC: install Debian's package berkeley-abc")
    return found


def abc_pdr() -> Peer:
    """Berkeley ABC's `pdr` on the AIGER file."""
    tool = _abc()
    return Peer(
        "ABC pdr",
        lambda file: [tool, "-q", f"read {file}.aig; pdr -T {SECONDS}"],
        lambda run: "Property proved" in run.output or "was asserted" in run.output,
    )


def abc_bmc3() -> Peer:
    """Berkeley ABC's `bmc3` on the AIGER file."""
    tool = _abc()
    return Peer(
        "ABC bmc3",
        lambda file: [tool, "-q", f"read {file}.aig; bmc3 -T {SECONDS}"],
        lambda run: "was asserted" in run.output,
    )


def spacer(seconds: int) -> Peer:
    """Z3's Spacer on the constrained Horn clauses."""
    tool = str(Path(sys.executable).with_name("z3"))
    return Peer(
        "Spacer",
        lambda file: [tool, f"-T:{seconds}", "fp.engine=spacer", f"{file}.smt2"],
        lambda run: run.output.split()[:1] in (["sat"], ["unsat"]),
    )
