"""The tool's own modules: models and properties read them, and change nothing in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType

from verifier.language.errors import ModelError, place_of

PROGRAM = __name__.partition(".")[0]
"""The package of which everything is the tool's own."""
GONE = object()


class Program:
    """What the modules of the tool that are loaded hold, to be compared later."""

    def __init__(self) -> None:
        self._held = [*_parts()]

    def require_same(self) -> None:
        """Refuse what has replaced a function, a class or a constant since."""
        for owner, name, value, code in self._held:
            now = vars(owner).get(name, GONE)
            if now is not value or _code(now) is not code:
                whole = f"{owner.__module__}.{owner.__name__}" if isinstance(owner, type) else ""
                raise ModelError(
                    f"models or properties change the tool: `{whole or owner.__name__}.{name}`",
                    place_of(now),
                    "only define things: verifier.language is what models need of it",
                )


def _parts() -> Iterator[tuple[type | ModuleType, str, object, object]]:
    """The owner, name and value of each part, and the code of a function."""
    for module in [*sys.modules.values()]:
        if getattr(module, "__name__", "").partition(".")[0] != PROGRAM:
            continue
        for name, value in [*vars(module).items()]:
            yield module, name, value, _code(value)
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield from ((value, each, held, _code(held)) for each, held in vars(value).items())


def _code(value: object) -> object:
    return value.__code__ if isinstance(value, FunctionType) else None
