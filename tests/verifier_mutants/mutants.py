"""The mutants of a tree of files, and a sample of them that stays the same while others change."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path

from tests.verifier_mutants.operators import (
    Around,
    Place,
    Signatures,
    located,
    replacements,
    signatures,
)

WEIGHTS: Mapping[str, float] = {
    "verifier/audit": 4,
    "verifier/circuit": 2,
    "verifier/compiler": 2,
    "verifier/gate": 1,
}
"""The mutated folders; how much likelier than others a mutant of one of them is in a sample."""


@dataclass(frozen=True)
class Mutant:
    """A mistake in one place, known by its text, whichever lines are above it."""

    file: str
    function: str
    before: str
    after: str
    number: int = 1
    """Which of the places in the function that have this text."""
    block: int | None = None
    """The line at which the statements begin among which it is; None outside of functions."""

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        return self.file, self.function, self.before, self.after, self.number

    def __str__(self) -> str:
        again = f" (place {self.number})" if self.number > 1 else ""
        return f"{self.file} {self.function}: `{self.before}` -> `{self.after}`{again}"


def mutants_of(root: Path, folders: Iterable[str]) -> list[Mutant]:
    """All mutants of the files in some folders."""
    files = files_in(root, folders)
    trees = {file: ast.parse((root / file).read_text()) for file in files}
    known = signatures(trees.values())
    return [mutant for file, tree in trees.items() for mutant, _ in _edits(file, tree, known)]


def text_of(root: Path, folders: Iterable[str], mutant: Mutant) -> str:
    """The whole text of a file with the mistake."""
    trees = {file: ast.parse((root / file).read_text()) for file in files_in(root, folders)}
    tree = trees[mutant.file]
    for each, edit in _edits(mutant.file, tree, signatures(trees.values())):
        if each == mutant:
            edit()
            return ast.unparse(ast.fix_missing_locations(tree))
    raise LookupError(str(mutant))


def files_in(root: Path, folders: Iterable[str]) -> list[str]:
    """The files below some folders, by their paths from the root."""
    files = (file for folder in folders for file in (root / folder).rglob("*.py"))
    return sorted(file.relative_to(root).as_posix() for file in files)


def _edits(
    file: str, tree: ast.Module, known: Signatures
) -> Iterator[tuple[Mutant, Callable[[], None]]]:
    """The mutants of a file, each with what makes it of the tree."""
    seen: Counter[tuple[str, ...]] = Counter()
    for node, place, around in list(located(tree)):
        for new in replacements(node, around, known):
            before, after = _lines(node, place, around, new)
            seen[around.function, before, after] += 1
            number = seen[around.function, before, after]
            mutant = Mutant(file, around.function, before, after, number, around.block)
            yield mutant, partial(place.put, new)


def _lines(node: ast.AST, place: Place, around: Around, new: ast.AST) -> tuple[str, str]:
    """The line of a statement before and after a change."""
    statement = around.statement
    assert statement is not None
    before = _line(statement)
    place.put(new)
    after = _line(new if isinstance(new, ast.stmt) else statement)
    place.put(node)
    return before, after


def _line(statement: ast.stmt) -> str:
    """A simple statement, or how a compound one begins."""
    return ast.unparse(statement).splitlines()[0]


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """So many of them by weight; which ones depends on each mutant's own text only.

    Efraimidis, Spirakis: Weighted random sampling with a reservoir. IPL 2006.
    """
    ranked = sorted(mutants, key=lambda mutant: _rank(mutant, seed))
    return sorted(ranked[:size], key=lambda mutant: mutant.key)


def _rank(mutant: Mutant, seed: int) -> float:
    """Smaller is earlier: exponentially distributed with the weight as its rate."""
    digest = hashlib.sha256(repr((seed, *mutant.key)).encode()).digest()
    uniform = (int.from_bytes(digest[:8], "big") + 1) / (2**64 + 1)
    return -log(uniform) / weight(mutant.file)


def weight(file: str) -> float:
    """How likely a mutant of a file is to be in a sample."""
    return next((w for folder, w in WEIGHTS.items() if file.startswith(f"{folder}/")), 1.0)
