"""nestproof, and the tools beside it, each told to decide one exported pair."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.comparisons import Tool

SECONDS = 60
"""After which a peer is stopped."""


def check(*options: str) -> list[str]:
    """The command that decides pairs in one process, without stored lemmas."""
    return [sys.executable, "-m", "verifier", "check", "--fresh", "--jobs", "1", *options]


def nestproof(*options: str, folder: Path | None = None) -> Tool:
    """This verifier; it ends with 0 where all is as expected."""
    return Tool(
        "nestproof", lambda name: [*check(*options), name], lambda run: run.code == 0, folder
    )


def abc_pdr(files: Path) -> Tool:
    """Berkeley ABC's `pdr` on the AIGER files of a folder."""
    return _abc("pdr", files, ("Property proved", "was asserted"))


def abc_bmc3(files: Path) -> Tool:
    """Berkeley ABC's `bmc3` on the AIGER files of a folder."""
    return _abc("bmc3", files, ("was asserted",))


def _abc(engine: str, files: Path, answers: Sequence[str]) -> Tool:
    tool = shutil.which("berkeley-abc") or shutil.which("abc")
    if tool is None:
        sys.exit("the bench needs Berkeley ABC: install Debian's package berkeley-abc")
    return Tool(
        f"ABC {engine}",
        lambda name: [tool, "-q", f"read {stem(files, name)}.aig; {engine} -T {SECONDS}"],
        lambda run: any(answer in run.output for answer in answers),
    )


def spacer(files: Path, seconds: int) -> Tool:
    """Z3's Spacer on constrained Horn clauses."""
    tool = str(Path(sys.executable).with_name("z3"))
    return Tool(
        "Spacer",
        lambda name: [tool, f"-T:{seconds}", "fp.engine=spacer", f"{stem(files, name)}.smt2"],
        lambda run: run.output.split()[:1] in (["sat"], ["unsat"]),
    )


def stem(files: Path, name: str) -> Path:
    """The file of a pair, without its suffix."""
    return files / name.replace("/", ".").replace(" ", "-")
