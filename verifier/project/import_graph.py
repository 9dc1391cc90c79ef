"""Which systems a change of files can touch: those that import them, however indirectly."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.language.errors import within_project
from verifier.language.functions import ModelFunction, about
from verifier.language.packages import LINKS, below, package_at
from verifier.language.system import System
from verifier.project.catalogue import Catalogue
from verifier.project.sources import Source

if TYPE_CHECKING:
    import networkx as nx


Way = tuple[str, ...]
"""From a system to a file that has changed, one import after the other."""


def touches(catalogue: Catalogue, changed: Sequence[str]) -> Mapping[str, Way]:
    """The systems that changed files can touch, each with a shortest way to one of them.

    Where it is not known what models read, all of them, whatever has changed.
    """
    links = [file for file in changed if file in LINKS]
    if links:  # other modules have the names by which models are imported
        return dict.fromkeys(catalogue.systems, (links[0],))
    reasons = () if catalogue.imports is None else catalogue.imports.reasons()
    if reasons or catalogue.imports is None:
        further = [within_project(each.place.file) for each in reasons[:1]]
        return {name: (*changed[:1], *further, name)[:1] for name in catalogue.systems}
    root, sources = catalogue.root.resolve(), catalogue.imports.sources
    real = {(root / file).resolve() for file in changed}
    package = package_at(catalogue.root)
    names = {below(package, ".".join(Path(file).with_suffix("").parts)) for file in changed}
    ends = [
        name
        for name, source in sources.items()
        if Path(source.file).resolve() in real or names & {name, f"{name}.__init__"}
    ]
    if not ends:
        return {}
    import networkx as nx

    graph = import_graph(sources)
    found: dict[str, Way] = {}
    for name, system in catalogue.systems.items():
        ways = [
            tuple(nx.shortest_path(graph, start, end))
            for start in _modules_of(sources, catalogue.properties_of(system), system)
            for end in ends
            if start in graph and nx.has_path(graph, start, end)
        ]
        if ways:
            way = min(ways, key=lambda way: (len(way), way))
            found[name] = tuple(sources[module].inside for module in way)
    return found


def import_graph(sources: Mapping[str, Source]) -> nx.DiGraph:
    """The modules that are loaded, the bundled ones too, with edges to what they import."""
    import networkx as nx

    graph = nx.DiGraph()
    for name, source in sorted(sources.items()):
        graph.add_node(name)
        package = name.split(".") if source.file.endswith("__init__.py") else name.split(".")[:-1]
        for other in _imported(source, package):
            if other in sources:
                graph.add_edge(name, other)
    return graph


def _imported(source: Source, package: Sequence[str]) -> Iterator[str]:
    """Dotted names that a module may import, with the packages that they are in."""
    for name in _named(ast.parse(source.text), package):
        parts = name.split(".")
        yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _named(tree: ast.Module, package: Sequence[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _modules_of(
    sources: Mapping[str, Source], claims: Collection[ModelFunction], system: System
) -> list[str]:
    """The modules that have a system or one of its properties, or define the latter."""
    defining = {function.place.file for function in claims}
    return sorted(
        name
        for name, source in sources.items()
        if source.file in defining
        or any(v is system or about(v) in claims for v in [*vars(sys.modules[name]).values()])
    )
