"""Which ghosts others than observers seem to write, by the names of fields in their text.

Names may deceive: what they say is what an exploration begins with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from verifier.compiler.reached_text import reached
from verifier.language.layout import Leaf
from verifier.language.source_text import definition
from verifier.language.system import System
from verifier.language.text_nodes import parts_of

ROW = re.compile(r"\[[^]]*\]")


def ghosts_by_name(system: System) -> set[int]:
    """The places of ghosts of which others than observers name the whole, and assign a part."""
    named, assigned, rows = set[str](), set[str](), False
    bodies = (step.function.body for step in system.actions)
    for function, known in reached(bodies, [type(system.initial)]):
        if known is None or not known.observes:
            nodes = parts_of(definition(function.__code__))
            named |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
            for target in _targets(nodes):
                if isinstance(target, ast.Subscript):
                    rows = rows or not isinstance(target.value, ast.Attribute)
                    target = target.value
                if isinstance(target, ast.Attribute):
                    assigned.add(target.attr)
    return {
        place
        for place, (leaf, whole) in enumerate(_with_wholes(system.layout.leaves))
        if leaf.ghost and whole in named
        if not assigned.isdisjoint(_names(leaf.path)) or (rows and "[" in leaf.path)
    }


def _with_wholes(leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, str]]:
    """Each leaf with the name of the outermost field of which all is ghost, as it is."""
    paths = [_names(leaf.path) for leaf in leaves if not leaf.ghost]
    real = {tuple(names[:n]) for names in paths for n in range(1, 1 + len(names))}
    for leaf in leaves:
        names = _names(leaf.path)
        wholes = (name for n, name in enumerate(names, 1) if tuple(names[:n]) not in real)
        yield leaf, next(wholes, "")


def _names(path: str) -> list[str]:
    return ROW.sub("", path).split(".")


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
