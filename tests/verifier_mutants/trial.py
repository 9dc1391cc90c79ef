"""One mutant against the tests that run its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tests.verifier_mutants.mutants import Mutant, text_of
from tests.verifier_mutants.record import Recorded
from tests.verifier_mutants.tree import Tree

NONE_RAN = 5
"""The exit code of pytest where there is no test to be run."""


@dataclass(frozen=True)
class Outcome:
    """Whether a mutant was noticed."""

    mutant: Mutant
    result: str
    """`killed`, `timed out` or `survived`."""
    tests: int
    """How many tests were to be run."""
    by: str = ""
    """The test that failed."""

    @property
    def survived(self) -> bool:
        return self.result == "survived"


def chosen(mutant: Mutant, tests: Iterable[Recorded], seconds: float) -> list[Recorded]:
    """The tests that run a mutant's place, then those of the same files, as many as there is time.

    Those of the mutated package come first, then the fastest. The others of a file may use what the
    first one has made for all.
    """
    tests = list(tests)
    direct = {test.name for test in tests if _runs(test, mutant)}
    files = {test.file for test in tests if test.name in direct}
    own = f"tests/{mutant.file.split('/')[1]}/"
    ordered = sorted(
        (test for test in tests if test.file in files),
        key=lambda test: (test.name not in direct, not test.file.startswith(own), test.seconds),
    )
    spent = list(accumulate(test.seconds for test in ordered))
    return [test for test, end in zip(ordered, spent, strict=True) if end <= seconds] or ordered[:1]


def _runs(test: Recorded, mutant: Mutant) -> bool:
    """Whether a test runs a mutant's block; outside of functions, anything of the file."""
    if mutant.block is None:
        return any(file == mutant.file for file, _ in test.blocks)
    return (mutant.file, mutant.block) in test.blocks


def tried(
    tree: Tree,
    folders: Sequence[str],
    mutant: Mutant,
    tests: Sequence[Recorded],
    seconds: float,
) -> Outcome:
    """Make the mistake in a copy of the checkout, run tests there, and undo it."""
    if not tests:
        return Outcome(mutant, "survived", 0)
    file = tree.scratch / "chosen.json"
    file.write_text(json.dumps([test.name for test in tests]))
    original = (tree.root / mutant.file).read_text()
    tree.write(mutant.file, text_of(tree.root, folders, mutant))
    try:
        files = dict.fromkeys(test.file for test in tests)
        code = tree.pytest(["-x", "--chosen", str(file), *files], 60 + 4 * seconds)
    finally:
        tree.write(mutant.file, original)
    if code == NONE_RAN:
        raise LookupError(f"no tests are run for {mutant}")
    if code is None:
        return Outcome(mutant, "timed out", len(tests))
    if code == 0:
        return Outcome(mutant, "survived", len(tests))
    return Outcome(mutant, "killed", len(tests), next(_failed(tree.output), "while loading"))


def _failed(output: str) -> Iterator[str]:
    for line in output.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            yield line.split(" ", 1)[1].partition(" - ")[0]
