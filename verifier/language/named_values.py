"""The values that a function names: in its module, and in the modules that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType

from verifier.language.constants import closure_of


def named_in(
    function: FunctionType, names: Iterable[str] | None = None
) -> Iterator[tuple[str, str, object]]:
    """Each as MODULE, NAME and value; of its own module only `names` if they are given.

    Whatever is named counts as named in each module, as `b` and `c` of `a.b.c` are. What a closure
    has is named in no module.
    """
    every = set(names_in(function.__code__))
    cells = list(closure_of(function))
    yield from (("", name, value) for name, value in cells)
    seen = set[int]()
    pending = [(vars(value), every) for _, value in cells if isinstance(value, ModuleType)]
    pending.append((function.__globals__, every if names is None else set(names)))
    while pending:
        held, wanted = pending.pop()
        if id(held) in seen:
            continue
        seen.add(id(held))
        for name in sorted(wanted & held.keys()):
            yield str(held.get("__name__")), name, held[name]
            if isinstance(held[name], ModuleType):
                pending.append((vars(held[name]), every))


def names_in(code: CodeType) -> Iterator[str]:
    """What a code names that is no local variable, and what the functions inside it do."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)
