"""Which systems a change of files can touch: those that import them, however indirectly."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.catalogue import Catalogue
from verifier.language.errors import within_project
from verifier.language.functions import about
from verifier.language.system import System
from verifier.project.sources import PARTS, python_files

if TYPE_CHECKING:
    import networkx as nx

VERDICTS = "properties/verdicts.toml"


@dataclass(frozen=True)
class Touch:
    """The way from a system to a file that has changed, one import after the other."""

    system: str
    way: tuple[str, ...]


def touches(catalogue: Catalogue, changed: Sequence[str]) -> Mapping[str, Touch]:
    """The systems that changed files can touch, each with a shortest way to one of them.

    Where it is not known what models read, all of them, whatever has changed.
    """
    reasons = () if catalogue.imports is None else catalogue.imports.reasons()
    if reasons or catalogue.imports is None:
        further = [within_project(each.place.file) for each in reasons[:1]]
        return {name: Touch(name, (*changed[:1], *further, name)[:1]) for name in catalogue.systems}
    root = catalogue.root.resolve()
    real = {(root / file).resolve() for file in changed}
    if not real:
        return {}
    import networkx as nx

    graph = import_graph(catalogue.root)
    at: dict[Path, list[str]] = {}
    for node in graph:
        at.setdefault((root / node).resolve(), []).append(node)
    sources = [node for file in sorted(real) for node in at.get(file, ())]
    found: dict[str, Touch] = {}
    for name, system in catalogue.systems.items():
        ways = []
        for start in (node for file in _files_of(catalogue, system) for node in at.get(file, ())):
            for file in sources:
                if nx.has_path(graph, start, file):
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


def _files_of(catalogue: Catalogue, system: System) -> list[Path]:
    """The modules that have a system or one of its properties, and those that define the latter."""
    claims = catalogue.properties_of(system)
    files = [
        module.__file__
        for name, module in list(sys.modules.items())
        if name.startswith(tuple(f"{part}." for part in PARTS))
        and any(v is system or about(v) in claims for v in list(vars(module).values()))
    ]
    files += [function.place.file for function in claims]
    return sorted({Path(file).resolve() for file in files if file})
