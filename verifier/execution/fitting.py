"""Whether what a presentation is made of, and what it answers, has the types of the language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from verifier.language.named_fields import Everywhere
from verifier.language.presentation import Sentence

LONGEST = 60
"""Characters of a wrong value that are quoted."""


def misfit(value: object, hint: Any, where: str = "") -> str:
    """What in a value is not of its type, or an empty text: its place, itself, what is expected."""
    return next(_misfits(value, hint, where), "")


def _misfits(value: Any, hint: Any, where: str) -> Iterator[str]:
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, TypeVar) or hint in (Any, object) or origin is Iterable:
        return
    if origin in (Union, UnionType):
        found = [misfit(value, each, where) for each in inner]
        if all(found):
            inside = (each for each in found if where and not each.startswith(f"`{where}` "))
            yield next(inside, _said(value, hint, where))
    elif hint is NoneType or origin is Literal:
        if value is not None if hint is NoneType else value not in inner:
            yield _said(value, hint, where)
    elif not _is_a(value, origin or hint):
        yield _said(value, hint, where)
    else:
        for part, kind, name in _parts(value, origin or hint, inner, where):
            yield from _misfits(part, kind, name)


def _is_a(value: object, kind: Any) -> bool:
    """Whether it is of a kind, whose parts are not looked at; lists are as good as tuples."""
    if kind is Callable:
        return callable(value)
    return isinstance(value, (tuple, list) if kind is tuple else kind)


def _parts(value: Any, kind: Any, inner: tuple[Any, ...], where: str) -> Iterator[Any]:
    """The parts of a value of the right kind, each with its type and what it is called."""
    if is_dataclass(kind) and isinstance(kind, type):
        for name, hint in _types(kind).items():
            yield getattr(value, name), hint, f"{where}.{name}".lstrip(".")
    elif kind is tuple and inner:
        hints = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        if len(hints) != len(value):
            yield value, NoneType, where
            return
        for number, (part, hint) in enumerate(zip(value, hints, strict=True)):
            yield part, hint, f"{where}[{number}]"
    elif inner and isinstance(value, Mapping):
        for name, part in value.items():
            yield name, inner[0], f"a key of {where}"
            yield part, inner[1], f"{where}[{name!r}]"


@cache
def _types(kind: type[Any]) -> dict[str, Any]:
    """The fields of a class of the language with their types."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _said(value: object, hint: Any, where: str) -> str:
    if not where:
        return f"expected {written(hint)}"
    quoted = repr(value)
    quoted = quoted if len(quoted) <= LONGEST else f"{quoted[:LONGEST]}..."
    return f"`{where}` is {quoted}; expected {written(hint)}"


def written(hint: Any) -> str:
    """A type for people."""
    if hint == Sentence:
        return "a `Sentence`"
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(written(each) for each in inner))
    if origin is Callable:
        return "a function"
    if origin is tuple:
        return f"a tuple of {written(inner[0])}"
    if hint is NoneType:
        return "None"
    if origin is Literal:
        return " or ".join(map(repr, inner))
    return "`Each`" if hint is Everywhere else f"`{(origin or hint).__name__}`"
