"""The tool's own modules: models and properties read them, and change nothing in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import repeat
from operator import attrgetter, is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

from verifier.language.errors import ModelError, place_of

PROGRAM = __name__.partition(".")[0]
"""The package of which everything is the tool's own."""
GONE = object()
CODE = attrgetter("__code__")


class Program:
    """What the modules of the tool that are loaded hold, to be compared later."""

    def __init__(self) -> None:
        self._held = [_Held(owner) for owner in _owners()]

    def require_same(self) -> None:
        """Refuse what has replaced a function, a class or a constant since."""
        for each in self._held:
            if not each.is_same():
                raise each.refusal()


class _Held:
    """What a module or a class holds. Every command compares it all: no loop of Python's does."""

    def __init__(self, owner: type | ModuleType) -> None:
        self._owner = owner
        self._parts: dict[str, object] = vars(owner).copy()
        self._functions = [each for each in self._parts.values() if isinstance(each, FunctionType)]
        self._codes: list[CodeType] = [*map(CODE, self._functions)]

    def is_same(self) -> bool:
        """Whether each part is still there, and each function has the code that it had."""
        now: Any = vars(self._owner)
        parts = map(now.get, self._parts, repeat(GONE))
        return all(map(is_, parts, self._parts.values())) and all(
            map(is_, map(CODE, self._functions), self._codes)
        )

    def refusal(self) -> ModelError:
        """An error that names the first part that is another one."""
        owner, codes = self._owner, iter(self._codes)
        for name, value in self._parts.items():
            now: Any = vars(owner).get(name, GONE)
            code = next(codes) if isinstance(value, FunctionType) else None
            if now is not value or (
                code is not None and getattr(now, "__code__", None) is not code
            ):
                break
        whole = f"{owner.__module__}.{owner.__name__}" if isinstance(owner, type) else ""
        return ModelError(
            f"models or properties change the tool: `{whole or owner.__name__}.{name}`",
            place_of(now),
            "only define things: verifier.language is what models need of it",
        )


def _owners() -> Iterator[type | ModuleType]:
    """The modules of the tool, and their classes."""
    for module in [*sys.modules.values()]:
        if getattr(module, "__name__", "").partition(".")[0] != PROGRAM:
            continue
        yield module
        for value in [*vars(module).values()]:
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield value
