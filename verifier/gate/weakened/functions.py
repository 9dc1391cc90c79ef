"""The functions of a project's texts, and which of them call which."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.gate.weakened.asserted import imported_in, is_assertion, names_of
from verifier.gate.weakened.observing import called, project_files, project_functions
from verifier.gate.weakened.texts import tree_of
from verifier.language.errors import within_project

DECORATORS = {"step", "models", "manual", "abstracts", "observer", "always", "sometimes"}
"""What makes a function one of which it is known whether a system runs it."""
PLAIN = "plain "
"""How the names begin of functions of which it is not known whether a system runs them."""


@dataclass(frozen=True)
class Calls:
    """Which functions of a project call which, by their keys.

    A key is FILE:NAME, of functions that no decorator makes known when they run with a mark before.
    """

    of: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def running(self, functions: Collection[str]) -> set[str]:
        """Some functions with the plain ones that these call, and those that no text calls.

        The latter may be in a table, or be called by another name.
        """
        called = frozenset[str]().union(*self.of.values())
        uncalled = {key for key in self.of.keys() - called if key.startswith(PLAIN)}
        found = {*functions, *uncalled}
        left = [*found]
        while left:
            named = self.of.get(left.pop(), frozenset())
            more = {key for key in named if key.startswith(PLAIN)} - found
            found |= more
            left += more
        return found

    def reached(self, functions: Collection[str]) -> set[str]:
        """Some functions with all that they call."""
        left, found = [*functions], {*functions}
        while left:
            more = self.of.get(left.pop(), frozenset()) - found
            left += more
            found |= more
        return found


@dataclass(frozen=True)
class Function:
    """A function of a project, its file, and what that imports."""

    file: Path
    where: str
    """The file from the project's folder."""
    node: ast.FunctionDef
    imported: Mapping[str, str]

    @property
    def key(self) -> str:
        known = any(called(each) in DECORATORS for each in self.node.decorator_list)
        return (
            f"{self.where}:{self.node.name}" if known else f"{PLAIN}{self.where}:{self.node.name}"
        )


class Functions:
    """The functions of a project, and which of them a name stands for."""

    def __init__(self, root: Path) -> None:
        self.files = [*project_files(root)]
        self.all = [
            Function(file, within_project(str(file)), node, imported_in(tree_of(file)))
            for file, node in project_functions(root)
        ]
        self.named: dict[str, list[Function]] = {}
        for each in self.all:
            self.named.setdefault(each.node.name, []).append(each)
        self.calls: dict[str, frozenset[str]] = {}
        for each in self.all:
            names = names_of(each.node) & self.named.keys()
            keys = frozenset(key for name in names for key in self.meant(name, each))
            self.calls[each.key] = self.calls.get(each.key, frozenset()) | keys

    def meant(self, name: str, by: Function) -> set[str]:
        """What a name in a function may stand for: what its file has, or imports, else any."""
        module = by.imported.get(name, "").replace(".", "/")
        files = {by.where}, {f"{module}.py", f"{module}/__init__.py"}
        for some in files:
            found = {each.key for each in self.named[name] if each.where in some}
            if found:
                return found
        return {each.key for each in self.named[name]}

    def called_by(self, node: ast.AST, by: Function) -> set[str]:
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
            reached = Calls(self.calls).reached([key])
            known = found.setdefault(key.rpartition(":")[2], set())
            known.update(*(direct[other] for other in reached))
        return found
