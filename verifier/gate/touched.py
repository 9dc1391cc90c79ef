"""Which systems a change of files can touch: those that import them, however indirectly."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.catalogue import Catalogue
from verifier.language.system import System
from verifier.project.sources import PARTS, python_files

if TYPE_CHECKING:
    import networkx as nx

VERDICTS = "properties/verdicts.toml"
RECORDS = {VERDICTS, "properties/mutants.toml", "properties/accepted.toml"}


@dataclass(frozen=True)
class Touch:
    """The way from a system to a file that has changed, one import after the other."""

    system: str
    way: tuple[str, ...]


def touches(catalogue: Catalogue, changed: Collection[str]) -> Mapping[str, Touch]:
    """The systems that changed files can touch, each with a shortest way to one of them.

    Any other file may be one that models read, where it is not known that they read none.
    """
    sources = [file for file in changed if file.endswith(".py")]
    data = [file for file in changed if not file.endswith(".py") and file not in RECORDS]
    if data and (catalogue.imports is None or catalogue.imports.reasons()):
        return {name: Touch(name, (data[0],)) for name in catalogue.systems}
    if not sources:
        return {}
    import networkx as nx

    graph = import_graph(catalogue.root)
    found: dict[str, Touch] = {}
    for name, system in catalogue.systems.items():
        ways = []
        for start in _files_of(catalogue, system):
            for file in sources:
                if start in graph and file in graph and nx.has_path(graph, start, file):
                    ways.append(tuple(nx.shortest_path(graph, start, file)))
        if ways:
            found[name] = Touch(name, min(ways, key=lambda way: (len(way), way)))
    return found


def import_graph(root: Path) -> nx.DiGraph:
    """The files of a project's models and properties, with edges to what they import."""
    import networkx as nx

    graph = nx.DiGraph()
    files = [file for part in PARTS for file in python_files(root / part)]
    for file in sorted(files):
        name = file.relative_to(root).as_posix()
        graph.add_node(name)
        package = file.relative_to(root).parts[:-1]
        for module in _imported(file, package):
            target = _file_of(root, module)
            if target is not None:
                graph.add_edge(name, target)
    return graph


def _imported(file: Path, package: Sequence[str]) -> Iterator[str]:
    """Dotted names that a file in a package may import, with the packages that they are in."""
    for name in _named(file, package):
        parts = name.split(".")
        yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _named(file: Path, package: Sequence[str]) -> Iterator[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # what is imported has been imported; what is not touches nothing
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _file_of(root: Path, module: str) -> str | None:
    parts = module.split(".")
    if parts[0] not in ("models", "properties"):
        return None
    for path in (Path(*parts).with_suffix(".py"), Path(*parts) / "__init__.py"):
        if (root / path).is_file():
            return path.as_posix()
    return None


def _files_of(catalogue: Catalogue, system: System) -> list[str]:
    """The module that defines a system, and those of its properties."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("models.") and any(v is system for v in list(vars(module).values()))
    ]
    files = [module.__file__ for module in modules]
    files += [function.place.file for function in catalogue.properties_of(system)]
    root = catalogue.root.resolve()
    inside = [Path(file).resolve() for file in files if file]
    return sorted({f.relative_to(root).as_posix() for f in inside if f.is_relative_to(root)})
