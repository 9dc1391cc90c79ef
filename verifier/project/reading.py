"""What a module imports: noted, or refused where no model may import it.

Why so: docs/decisions/0018-what-a-circuit-depends-on.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import FunctionType, ModuleType

from verifier.language.errors import ModelError, Place
from verifier.language.packages import is_bundled, part_of
from verifier.language.text_nodes import parts_of
from verifier.project import permitted
from verifier.project.sources import Source

ONLY = "import `verifier.language`, other models and properties, and nothing else of verifier"


@dataclass(frozen=True)
class Reason:
    """Why circuits cannot be reused: what a module does, and where."""

    module: str
    what: str
    place: Place
    unsteady: bool = False
    """Whether models may be other ones in each run."""
    certain: bool = False
    """Whether they are so for certain."""


@dataclass
class ModuleReading:
    """What a module's text shows."""

    source: Source
    reasons: list[Reason] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    """Names that stand for a module of Python or of the language."""
    used: dict[str, int] = field(default_factory=dict)
    """Attributes that are read, and names that are imported from other models, by their line."""
    defined: set[str] = field(default_factory=set)
    takes_all: bool = False
    """Whether it imports all names of another model."""

    def add(self, what: str, line: int) -> None:
        self.reasons.append(Reason(self.source.module, what, Place(self.source.file, line)))

    def imports(self, module: str, names: Sequence[str], level: int, place: Place) -> None:
        """Note an import, or refuse it."""
        if level or _of_models(module) or module == "__future__":
            return
        whole = module if not names else f"{module}.{names[0]}"
        if module.partition(".")[0] == "verifier":
            if not _of_the_language(module, names):
                raise ModelError(f"`{self.source.module}` imports `{whole}`", place, ONLY)
        elif not _standard(module, names):
            known = module in permitted.STANDARD and names
            reason = Reason(self.source.module, f"imports `{whole if known else module}`", place)
            if reason not in self.reasons:
                self.reasons.append(reason)
        elif module in permitted.SHADOWED:
            where = permitted.SHADOWED[module]
            self.add(f"imports `{module}`, which is not Python's own but {where}", place.line)


def _of_models(module: str) -> bool:
    """Whether a module is one of models or properties, a project's own or bundled, or has them."""
    return bool(part_of(module)) or is_bundled(module)


def _of_the_language(module: str, names: Sequence[str]) -> bool:
    """Whether an import takes what the language exports; a submodule may be named for it."""
    if module == "verifier":
        return tuple(names) == ("language",)
    if module == "verifier.language":
        return all(name in permitted.LANGUAGE or name == "*" for name in names)
    inside = module.startswith("verifier.language.")
    return inside and bool(names) and permitted.LANGUAGE.issuperset(names)


def _standard(module: str, names: Sequence[str]) -> bool:
    if module == "collections":
        return tuple(names) == ("abc",)
    known = permitted.STANDARD.get(module)
    return known is not None and known.issuperset(names)


def read_imports(source: Source, tree: ast.Module) -> ModuleReading:
    """What a text imports. A ModelError where that is what no model may import."""
    reading = ModuleReading(source)
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            _import(reading, node)
        elif isinstance(node, ast.ImportFrom):
            _import_from(reading, node)
    return reading


def refuse_held(source: Source, module: ModuleType) -> None:
    """Refuse a module that has got hold of something of verifier, by whatever way."""
    for name, value in list(vars(module).items()):
        if isinstance(value, ModuleType):
            home = value.__name__
        elif isinstance(value, FunctionType | type):
            home = str(value.__module__)
        else:
            continue
        if home.startswith("verifier.") and not f"{home}.".startswith("verifier.language."):
            tree = parts_of(ast.parse(source.text))
            lines = [n.lineno for n in tree if isinstance(n, ast.Name) and n.id == name]
            place = Place(source.file, min(lines, default=1))
            raise ModelError(f"`{source.module}` imports `{home}`", place, ONLY)


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements, in the order of the text."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        yield node
        for part in reversed(_BODIES):
            pending += reversed(getattr(node, part, ()))


_BODIES = ("body", "cases", "handlers", "orelse", "finalbody")


def _import(reading: ModuleReading, node: ast.Import) -> None:
    for alias in node.names:
        reading.imports(alias.name, (), 0, Place(reading.source.file, node.lineno))
        if not _of_models(alias.name):
            head = alias.name.partition(".")[0]
            bound = alias.asname or head
            reading.modules[bound] = alias.name if alias.asname else head


def _import_from(reading: ModuleReading, node: ast.ImportFrom) -> None:
    module = node.module or ""
    place = Place(reading.source.file, node.lineno)
    for alias in node.names:
        reading.imports(module, (alias.name,), node.level, place)
        bound, whole = alias.asname or alias.name, f"{module}.{alias.name}"
        if whole in ("collections.abc", "verifier.language"):
            reading.modules[bound] = whole
        elif node.level or _of_models(module):
            reading.used.setdefault(alias.name, node.lineno)
            reading.takes_all |= alias.name == "*"
        elif alias.asname and alias.name in permitted.BY_THEIR_NAME:
            reading.add(f"calls `{whole}` something else", node.lineno)
