"""Which fields steps may assign, and others than observers that they call, by their names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from verifier.compiler.reached_text import reached
from verifier.language.source_text import definition
from verifier.language.system import System
from verifier.language.text_nodes import parts_of

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class AssignedNames:
    """The names of fields in the targets of assignments."""

    names: frozenset[str]
    rows: bool
    """Whether rows of a family are assigned whose field is not named there."""

    def may_be(self, path: str) -> bool:
        """Whether a field, or a record that it is in, may be assigned."""
        fields = WORD.findall(re.sub(r"\[[^]]*\]", "", path))
        return not self.names.isdisjoint(fields) or (self.rows and "[" in path)


def assigned_by_steps(system: System) -> AssignedNames:
    """What the text of the steps has, and of all that they may come to, but for observers."""
    names, rows = set[str](), False
    bodies = (step.function.body for step in system.actions)
    for function, known in reached(bodies, [type(system.initial)]):
        if known is None or not known.observes:
            for target in _targets(parts_of(definition(function.__code__))):
                if isinstance(target, ast.Subscript):
                    rows = rows or not isinstance(target.value, ast.Attribute)
                    target = target.value
                if isinstance(target, ast.Attribute):
                    names.add(target.attr)
    return AssignedNames(frozenset(names), rows)


def _targets(nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """What is assigned to, each part of a tuple by itself."""
    for node in nodes:
        found: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            found = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.comprehension):
            found = [node.target]
        yield from chain.from_iterable(map(_each, found))


def _each(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        yield from chain.from_iterable(map(_each, target.elts))
    elif isinstance(target, ast.Starred):
        yield from _each(target.value)
    else:
        yield target
