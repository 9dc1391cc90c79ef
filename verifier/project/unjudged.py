"""What properties/ has that judges nothing: plain functions, and properties without a claim."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import combinations
from types import FunctionType, ModuleType

from verifier.language.errors import ModelError, place_of, within_project
from verifier.language.functions import ModelFunction, about

WITNESSES = "witnesses"
"""How a property is called, or how its name ends, that is meant to have cases only."""
SHORTEST = 4
"""Names of fewer letters are not compared: too many are near each other."""


def refuse_undecorated(modules: Iterable[ModuleType], texts: Iterable[bytes]) -> None:
    """Refuse a function of properties/ that is in no property and that no text names."""
    plain = [each for module in modules for each in _plain_functions(module)]
    if not plain:
        return
    named = {name for text in texts for name in _named(text)}
    for function in plain:
        if function.__name__ not in named:
            where = within_project(function.__code__.co_filename)
            raise ModelError(
                f"`{function.__name__}` of {where} is not checked: it has no decorator, and "
                "nothing calls it",
                place_of(function),
                "write `@always(...)` or `@sometimes(...)` above it, with the property's name",
            )


def doubts(properties: Iterable[ModelFunction], chosen: Iterable[str]) -> Iterator[str]:
    """Warnings of chosen properties: those without a claim, and those that are almost another."""
    every = list(properties)
    groups = sorted({function.group for function in every})
    claiming = {function.group for function in every if function.claims}
    wanted = set(chosen)
    for one, other in combinations(groups, 2):
        if {one, other} & wanted and is_misspelt(one, other):
            odd, known = sorted((one, other), key=claiming.__contains__)
            yield f"the property `{odd}` is almost called like `{known}`: {_place(odd, every)}"
    for group in groups:
        if group in wanted and group not in claiming and not group.endswith(WITNESSES):
            yield (
                f"the property `{group}` claims nothing: it has @sometimes and no @always; "
                f"one that is meant so has a name that ends in `{WITNESSES}`"
            )


def is_misspelt(one: str, other: str) -> bool:
    """Whether names differ by one letter, or by the order of two, within a word."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST or len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return long[at].isalpha() and short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1]
    within = at + 1 < len(short) and short[at + 1].isalpha()
    letters = within and short[at].isalpha() and long[at].isalpha()
    return letters and (
        short[at + 1 :] == long[at + 1 :] or (swapped and short[at + 2 :] == long[at + 2 :])
    )


def _place(group: str, properties: Iterable[ModelFunction]) -> str:
    """Where the first function of a property is."""
    first = next(function for function in properties if function.group == group)
    return f"see `{first.name}`, {within_project(first.place.file)}:{first.place.line}"


def _plain_functions(module: ModuleType) -> Iterator[FunctionType]:
    """The functions that a module defines without the language, and that are given something."""
    for value in vars(module).values():
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            if about(value) is None and value.__code__.co_argcount:
                yield value


def _named(text: bytes) -> Iterator[str]:
    """The names that a text reads or imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
