"""What models assert: each assertion with all that its meaning and its being reached depend on.

That is the text of the conditions on it, of what gives values to names that it reads, and of the
functions that only assertions call. A call of a function that asserts is part of it, too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.gate.weakened.asserted import (
    Around,
    Held,
    attributes_asserted,
    attributes_set,
    constants,
    imported_in,
    is_assertion,
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
    """What each function of a project asserts, and which others it calls, by their keys.

    A key is FILE:NAME, of functions that no decorator makes known when they run with a mark before.
    """

    held: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, functions: Collection[str]) -> list[tuple[str, Held]]:
        """The assertions in some functions and in the plain ones that these call."""
        left, ran = [*functions], {*functions}
        while left:
            called = self.calls.get(left.pop(), frozenset())
            more = {key for key in called if key.startswith(PLAIN)} - ran
            ran |= more
            left += more
        return [(key, each) for key in sorted(ran) for each in self.held.get(key, ())]

    def lost(
        self, ran: Collection[str], now: Assertions, run: Collection[str], names: Mapping[str, str]
    ) -> list[tuple[str, Written]]:
        """The assertions in functions that ran, and are not in those that run now, by name.

        `names` are words that are called otherwise.
        """
        left, found = now.of(run), []
        for key, each in self.of(ran):
            reached = {*now.reached(self._keys_now(key, now, names))}
            same = next(
                (
                    (place, other)
                    for place, other in left
                    if (not reached or place in reached) and each.is_as_it_was(other, names)
                ),
                None,
            )
            if same is None:
                found.append((key.rpartition(":")[2], each.written))
            else:
                left.remove(same)
        return found

    def _keys_now(self, key: str, now: Assertions, names: Mapping[str, str]) -> set[str]:
        """A function's key now: in the file that it was in, else in those that had none like it."""
        where, _, name = key.rpartition(":")
        name = by_new_names(name, names)
        if f"{where}:{name}" in now.calls:
            return {f"{where}:{name}"}
        return {each for each in now.calls.keys() - self.calls.keys() if each.endswith(f":{name}")}

    def reached(self, keys: Collection[str]) -> Collection[str]:
        """Some functions with all that they call."""
        left, found = [*keys], {*keys}
        while left:
            more = self.calls.get(left.pop(), frozenset()) - found
            left += more
            found |= more
        return found


@dataclass(frozen=True)
class _Function:
    """A function of a project: its file, from the project's folder, and what that imports."""

    where: str
    node: ast.FunctionDef
    imported: Mapping[str, str]

    @property
    def key(self) -> str:
        known = any(called(each) in DECORATORS for each in self.node.decorator_list)
        return (
            f"{self.where}:{self.node.name}" if known else f"{PLAIN}{self.where}:{self.node.name}"
        )


class _Functions:
    """The functions of a project, and which of them a name stands for."""

    def __init__(self, root: Path) -> None:
        self.all = [
            _Function(file.relative_to(root).as_posix(), node, imported_in(tree_of(file)))
            for file, node in project_functions(root)
        ]
        self.named: dict[str, list[_Function]] = {}
        for each in self.all:
            self.named.setdefault(each.node.name, []).append(each)
        self.calls: dict[str, frozenset[str]] = {}
        for each in self.all:
            names = names_of(each.node) & self.named.keys()
            keys = frozenset(key for name in names for key in self.meant(name, each))
            self.calls[each.key] = self.calls.get(each.key, frozenset()) | keys

    def meant(self, name: str, by: _Function) -> set[str]:
        """What a name in a function may stand for: what its file has, or imports, else any."""
        module = by.imported.get(name, "").replace(".", "/")
        files = {by.where}, {f"{module}.py", f"{module}/__init__.py"}
        for some in files:
            found = {each.key for each in self.named[name] if each.where in some}
            if found:
                return found
        return {each.key for each in self.named[name]}

    def called_by(self, node: ast.AST, by: _Function) -> set[str]:
        """What a call calls; nothing where it is none of these, or no call."""
        name = called(node) if isinstance(node, ast.Call) else ""
        return self.meant(name, by) if name in self.named else set()

    def asserting(self) -> set[str]:
        """Those with an assertion, or that call one with some."""
        found = {each.key for each in self.all if any(map(is_assertion, ast.walk(each.node)))}
        while more := {key for key, named in self.calls.items() if named & found} - found:
            found |= more
        return found

    def found_in(self, look: Callable[[ast.FunctionDef], Iterable[str]]) -> dict[str, set[str]]:
        """For each name what is found in functions of it, and in all that these call."""
        direct: dict[str, set[str]] = {}
        for each in self.all:
            direct.setdefault(each.key, set()).update(look(each.node))
        found: dict[str, set[str]] = {}
        for key in direct:
            reached = Assertions(calls=self.calls).reached([key])
            known = found.setdefault(key.rpartition(":")[2], set())
            known.update(*(direct[other] for other in reached))
        return found


def assertions(root: Path) -> Assertions:
    """All that the models and properties of a project assert."""
    functions = _Functions(root)
    asserting = functions.asserting()
    nodes = [(root / each.where, each.node) for each in functions.all]
    predicates = predicates_in(nodes, functions.named) | constants(project_files(root))
    assigned = functions.found_in(attributes_set)
    asserted = functions.found_in(attributes_asserted)
    held: dict[str, tuple[Held, ...]] = {}
    for each in functions.all:
        around = Around(each.where, each.node, predicates, each.imported, assigned, asserted)
        found = tuple(
            around.held(node)
            for node in ast.walk(each.node)
            if isinstance(node, ast.stmt | ast.expr)
            if is_assertion(node) or not asserting.isdisjoint(functions.called_by(node, each))
        )
        held[each.key] = (*held.get(each.key, ()), *found)
    return Assertions(held, functions.calls)
