"""What a project takes of another catalogue: what its modules import and do not use themselves."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from verifier.language.functions import about
from verifier.language.packages import part_of
from verifier.language.system import System
from verifier.project.importing import Imports

Chain = tuple[str, ...]
"""A name, and the attributes that are read of it one after another."""


@dataclass(frozen=True)
class Taking:
    """Other catalogues' systems and claims, and what each module of the project reads, by name."""

    foreign: frozenset[int]
    reads: dict[str, frozenset[Chain]]

    def taken(self, module: ModuleType) -> Iterator[tuple[str, Any]]:
        """What a module has under its names, but for what it imports in order to use it."""
        return ((n, each) for n, each in vars(module).items() if not self.is_used(module, n, each))

    def is_used(self, module: ModuleType, name: str, value: object) -> bool:
        """Whether a name is another catalogue's system or claim, which the module itself uses."""
        reads = self.reads.get(module.__name__, ())
        return id(value) in self.foreign and any(name == chain[0] for chain in reads)

    def unused(
        self, modules: Iterable[ModuleType], by: Iterable[ModuleType]
    ) -> Iterator[ModuleType]:
        """Those of some modules but other catalogues' of which others use a claim."""
        used = {id(value) for user in by for value in self._used(user)}
        used &= self.foreign
        return (each for each in modules if used.isdisjoint(_found_in(each)))

    def _used(self, module: ModuleType) -> Iterator[object]:
        for chain in self.reads.get(module.__name__, ()):
            value: object = module
            for name in chain:
                value = vars(value).get(name) if isinstance(value, ModuleType) else None
                yield value


def taking(imports: Imports) -> Taking:
    """What is known about it after all modules of a project are imported."""
    own = {source.module for source in imports.own}
    others = [sys.modules[name] for name in imports.sources if name not in own]
    foreign = frozenset(one for module in others for one in _found_in(module))
    readers = imports.own if foreign else ()
    return Taking(foreign, {each.module: _reads(each.text) for each in readers})


def _found_in(module: ModuleType) -> Iterator[int]:
    """The systems and claims that a module has under its names; claims only of properties."""
    for value in vars(module).values():
        function = about(value)
        is_claim = function is not None and function.judges
        if isinstance(value, System) or (is_claim and part_of(module.__name__) == "properties"):
            yield id(value)


def _reads(text: bytes) -> frozenset[Chain]:
    """What a text reads of names that it does not bind, or only by importing them."""
    nodes = [*ast.walk(ast.parse(text))]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bound |= {node.name for node in nodes if isinstance(node, defined)}
    chains = (_chain(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute))
    return frozenset(chain for chain in chains if chain and chain[0] not in bound)


def _chain(node: ast.expr) -> Chain:
    """What is read of a name; nothing where it is another expression's attribute."""
    match node:
        case ast.Name(ctx=ast.Load()):
            return (node.id,)
        case ast.Attribute():
            inner = _chain(node.value)
            return (*inner, node.attr) if inner else ()
    return ()
