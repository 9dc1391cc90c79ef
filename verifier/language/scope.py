"""What the names of a function stand for outside it."""

from __future__ import annotations

import dis
from collections.abc import Container, Iterator, Mapping
from types import CodeType
from typing import Any

from verifier.language.generated_code import LOADS
from verifier.language.source_text import codes_within, is_rewritten

NOTHING = object()
"""What a name stands for that is not bound outside a function."""


class Scope:
    """The cells, the module and the builtins of a function."""

    def __init__(
        self,
        code: CodeType,
        cells: Mapping[str, Any],
        module: Mapping[str, Any],
        builtins: Mapping[str, Any],
    ) -> None:
        """`builtins` are those that the function has had since it was defined."""
        self.code = code
        self._known = (cells, module, builtins)

    def value(self, name: str) -> Any:
        """What a name stands for, or NOTHING."""
        for names in self._known:
            if name in names:
                return names[name]
        return NOTHING

    def others(self, known: Container[str]) -> Iterator[tuple[str, int]]:
        """The names that the compiled function reads from outside beside the known ones, by line.

        The compiler decides what is local; a text can look otherwise.
        """
        for name in self.code.co_freevars:
            if name not in known:
                yield name, self.code.co_firstlineno
        for code in (self.code, *codes_within(self.code)):
            names = [name for name in code.co_names if name not in known]
            if any(name.startswith("@py") for name in names) and is_rewritten(code.co_filename):
                names = [name for name in names if not name.startswith("@py")]
            bound = {name for name in names if self.value(name) is not NOTHING}
            for each in dis.get_instructions(code) if bound else ():
                if each.opname in LOADS and each.argval in bound:
                    line = each.positions.lineno if each.positions else None
                    yield each.argval, line or code.co_firstlineno
