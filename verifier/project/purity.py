"""Whether all that the circuits of a project depend on is known: read from its text.

A text is pure if it imports only `verifier.language`, other models and properties, and a few
modules of Python, and names nothing by which it could reach more. What is not certain is not pure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from verifier.language.errors import Place
from verifier.project import permitted
from verifier.project.annotations import computed_annotations
from verifier.project.naming import NamesWithin
from verifier.project.ordering import shown_orders
from verifier.project.reading import ModuleReading, Reason, read_imports
from verifier.project.scopes import Scopes
from verifier.project.sources import Source


def reasons_of(trees: Mapping[Source, ast.Module]) -> list[Reason]:
    """Why it is not known what the modules of a project depend on, by their texts."""
    readings = []
    for source, tree in trees.items():
        reading = read_imports(source, tree)
        NamesWithin(reading, Scopes(tree)).visit(tree)
        readings.append(reading)
    found = [reason for reading in readings for reason in reading.reasons]
    files = {source.module: source.file for source in trees}
    named = {source.module: tree for source, tree in trees.items()}
    for module, line in computed_annotations(named):
        found.append(Reason(module, "computes an annotation", Place(files[module], line)))
    for shown in shown_orders(named):
        verb = "depends" if shown.certain else "may depend"
        what = f"{verb} on the order of a set, which is another one in every process"
        place = Place(files[shown.module], shown.line)
        found.append(Reason(shown.module, what, place, True, shown.certain))
    return [*found, *_shared_names(readings)]


def _shared_names(readings: Sequence[ModuleReading]) -> Iterator[Reason]:
    """Where a module may reach another's imports, or somebody's private parts, by an attribute."""
    bound = {name: each.source for each in readings for name in each.modules}
    defined = {name for each in readings for name in each.defined}
    for reading in readings:
        for name, line in reading.used.items():
            place = Place(reading.source.file, line)
            if name in bound:
                what = f"uses `{name}`, which is a module in `{bound[name].module}`"
                yield Reason(reading.source.module, what, place)
            elif name.startswith("_") and name not in defined | permitted.UNDERSCORED:
                yield Reason(reading.source.module, f"uses `{name}`", place)
