"""What models assert: each assertion with all that its meaning and its being reached depend on.

That is the text of the conditions on it, of what gives values to names that it reads, and of the
functions that only assertions call. A call of a function that asserts is part of it, too.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.gate.weakened.asserted import (
    Around,
    Held,
    attributes_asserted,
    attributes_set,
    constants,
    imported_in,
    names_of,
    predicates_in,
)
from verifier.gate.weakened.observing import called, project_files, project_functions
from verifier.gate.weakened.texts import Written, by_new_names, tree_of

DECORATORS = {"step", "models", "manual", "abstracts", "observer", "always", "sometimes"}
"""What makes a function one of which it is known whether a system runs it."""
PLAIN = "plain "
"""How the names begin of functions of which it is not known whether a system runs them."""


@dataclass(frozen=True)
class Assertions:
    """What each function of a project asserts, by its key, and which others it calls."""

    held: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    """Functions that no decorator of the language makes known when they run."""

    def of(self, functions: Collection[str]) -> list[tuple[str, Held]]:
        """The assertions in some functions and in the plain ones that these call."""
        left, ran = [*functions], {*functions}
        while left:
            called = self.calls.get(left.pop(), frozenset())
            more = {f"{PLAIN}{name}" for name in called & self.plain} - ran
            ran |= more
            left += more
        return [(name, each) for name in sorted(ran) for each in self.held.get(name, ())]

    def lost(
        self, ran: Collection[str], now: Assertions, run: Collection[str], names: Mapping[str, str]
    ) -> list[tuple[str, Written]]:
        """The assertions in functions that ran, and are not in those that run now.

        `names` are words that are called otherwise.
        """
        left, found = now.of(run), []
        for key, each in self.of(ran):
            reached = now.reached(by_new_names(key, names))
            same = next(
                (
                    (place, other)
                    for place, other in left
                    if (not reached or place in reached) and each.is_as_it_was(other, names)
                ),
                None,
            )
            if same is None:
                found.append((key.removeprefix(PLAIN), each.written))
            else:
                left.remove(same)
        return found

    def reached(self, key: str) -> frozenset[str]:
        """A function with all that it calls, by their keys; nothing where it is not there."""
        if key not in self.calls:
            return frozenset()
        left, found = [key], {key}
        while left:
            named = self.calls.get(left.pop(), frozenset())
            more = {f"{mark}{name}" for name in named for mark in ("", PLAIN)} & self.calls.keys()
            left += more - found
            found |= more
        return frozenset(found)


def assertions(root: Path) -> Assertions:
    """All that the models and properties of a project assert."""
    functions = list(project_functions(root))
    defined = {function.name for _, function in functions}
    calls: dict[str, frozenset[str]] = {}
    for _, function in functions:
        named, key = frozenset(names_of(function)) & defined, _key(function)
        calls[key] = calls.get(key, frozenset()) | named
    asserting = {
        f.name for _, f in functions if any(isinstance(x, ast.Assert) for x in ast.walk(f))
    }
    bare = {key.removeprefix(PLAIN): named for key, named in calls.items()}
    while more := {name for name, named in bare.items() if named & asserting} - asserting:
        asserting |= more
    predicates = predicates_in(functions, defined) | constants(project_files(root))
    assigned = _through_calls(functions, bare, attributes_set)
    asserted = _through_calls(functions, bare, attributes_asserted)
    several = {name for name, count in Counter(f.name for _, f in functions).items() if count > 1}
    held: dict[str, tuple[Held, ...]] = {}
    for file, function in functions:
        where = file.relative_to(root).as_posix()
        imported = imported_in(tree_of(file))
        around = Around(where, function, predicates, imported, assigned, asserted, several)
        found = tuple(around.held(node) for node in _asserting(function, asserting))
        held[_key(function)] = (*held.get(_key(function), ()), *found)
    plain = {function.name for _, function in functions if _key(function) != function.name}
    return Assertions(held, calls, frozenset(plain))


def _through_calls(
    functions: Iterable[tuple[Path, ast.FunctionDef]],
    calls: Mapping[str, Collection[str]],
    found_in: Callable[[ast.AST], Iterable[str]],
) -> dict[str, set[str]]:
    """For each function's name what is found in it, and in all that it calls."""
    found: dict[str, set[str]] = {}
    for _, function in functions:
        found.setdefault(function.name, set()).update(found_in(function))
    while True:
        more = {n: set().union(*(found.get(c, set()) for c in calls.get(n, ()))) for n in found}
        if all(more[name] <= found[name] for name in found):
            return found
        found = {name: found[name] | more[name] for name in found}


def _key(function: ast.FunctionDef) -> str:
    """A function's name; a plain one is another than one of that name that is none."""
    known = any(called(each) in DECORATORS for each in function.decorator_list)
    return function.name if known else f"{PLAIN}{function.name}"


def _asserting(function: ast.FunctionDef, names: Collection[str]) -> Iterator[ast.stmt | ast.expr]:
    """The assertions of a function, and its calls of functions that have some."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and called(node) in names):
            yield node
