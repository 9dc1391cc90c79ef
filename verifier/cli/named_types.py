"""What modules of models and properties name besides their functions: records, enums, manuals."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import Enum

from verifier.language.functions import ModelFunction, about
from verifier.project.catalogue import Catalogue


def imported_functions(catalogue: Catalogue, name: str) -> list[ModelFunction]:
    """Model functions of a name, wherever the project's modules have it from."""
    found = (about(value) for value in _called(catalogue, name))
    return list(dict.fromkeys(each for each in found if each is not None))


def types_called(catalogue: Catalogue, name: str) -> list[type]:
    """The records and enums of a name that the project defines or imports."""
    return list(
        dict.fromkeys(
            value
            for value in _called(catalogue, name)
            if isinstance(value, type)
            and ("__layout__" in vars(value) or issubclass(value, Enum))
            and value.__name__ == name
        )
    )


def source_of(cls: type) -> tuple[str, int, list[str]]:
    """The file, line and text of a class; no text where its file is gone."""
    try:
        lines, first = inspect.getsourcelines(cls)
        return inspect.getfile(cls), first, [line.rstrip("\n") for line in lines]
    except (OSError, TypeError):
        return "?", 0, []


def _called(catalogue: Catalogue, name: str) -> Iterator[object]:
    """What modules of a project, and those that it imports, have under a name."""
    for module in catalogue.imports.sources if catalogue.imports else ():
        held = vars(sys.modules[module])
        if name in held:
            yield held[name]
