"""All that functions may come to, and a digest of its text and of the constants that it names.

Where the digest is the same, two versions say the same of values that only one of them has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import FunctionType
from typing import Any

from verifier.compiler.assertions import body_of, held_by
from verifier.compiler.constant_text import Held, code_text, constant_text, digest, texts_in
from verifier.language.constants import outside
from verifier.language.errors import is_model_file
from verifier.language.functions import ModelFunction, about
from verifier.language.named_values import named_in, names_in
from verifier.language.system import System

Functions = tuple[Callable[..., Any], ...]
DEPTH = 8
"""How far functions that hold each other are distinguished by what they hold."""

_Constants = tuple[tuple[str, Held], ...]


def reached(
    functions: Iterable[Callable[..., Any]], kinds: Iterable[type] = ()
) -> Iterator[tuple[FunctionType, ModelFunction | None]]:
    """Each function of people's own that some may come to, and what it is in the language.

    The methods of all records and enums that some `kinds` hold count as reached.
    """
    waiting, seen = [*functions], set[int]()
    for kind in kinds:
        waiting += outside(kind, kind.__name__).functions
    while waiting:
        function = waiting.pop()
        body = body_of(function)
        if id(body) not in seen and is_model_file(body.__code__.co_filename):
            seen.add(id(body))
            yield body, about(function)
            waiting += held_by(body)


def reached_text(
    functions: Iterable[Callable[..., Any]], kinds: Iterable[type], system: System
) -> str:
    """A digest of their texts, and of the constants that they name, some in the system's state.

    After it the digests of the members of enums, and of what new records hold: another version may
    have more (`is_as_before`).
    """
    known, counted = (tuple(functions), tuple(dict.fromkeys(kinds))), _Constants()
    state = _constants(Held(system))
    while True:
        _, names = _bodies(*known, counted)
        more = tuple((path, held) for path, held in state if _last(path) in names)
        if more == counted:
            return _text_of(*known, counted)
        counted = more


@cache
def _bodies(
    functions: Functions, kinds: tuple[type, ...], constants: _Constants
) -> tuple[list[FunctionType], set[str]]:
    """What some functions, and those in constants, may come to, and all that this names."""
    held = (each for _, held in constants for each in outside(held.value, "").functions)
    bodies = [body for body, _ in reached([*functions, *held], kinds)]
    return bodies, {name for body in bodies for name in names_in(body.__code__)}


@cache
def _text_of(functions: Functions, kinds: tuple[type, ...], constants: _Constants) -> str:
    bodies, _ = _bodies(functions, kinds, constants)
    texts, more = {*map(constant_text, kinds)}, set[str]()
    texts |= {f"{path}={constant_text(held.value)}" for path, held in constants}
    parts = [held for _, held in constants]
    for body in bodies:
        texts.add(_with_functions(body))
        parts += _with_constants(body)[1]
    for held, is_made in (*((Held(kind), False) for kind in kinds), *((p, True) for p in parts)):
        always, beside = _held_in(held, is_made)
        texts |= always
        more |= beside
    return " ".join([digest("\n\n".join(sorted(texts))), *sorted(map(digest, more))])


@cache
def _with_functions(body: FunctionType, depth: int = DEPTH) -> str:
    """A digest of a function's text, and of the functions that it holds, each in its place.

    So it shows where two functions with the same text, which name other things, change places.
    """
    text, (_, *named) = _with_constants(body)
    held = (each for value in named for each in _functions_in(value)) if depth else ()
    return digest(" ".join([text, *(_with_functions(each, depth - 1) for each in held)]))


@cache
def _functions_in(held: Held) -> tuple[FunctionType, ...]:
    bodies = map(body_of, outside(held.value, "").functions)
    return tuple(each for each in bodies if is_model_file(each.__code__.co_filename))


@cache
def _with_constants(body: FunctionType) -> tuple[str, tuple[Held, ...]]:
    """A function's text with the constants that it names, and it and these."""
    named = [*_named_by(body)]
    shown = (f"{name}={constant_text(value)}" for name, value in named)
    text = "\n".join([code_text(body.__code__), *shown])
    return text, (Held(body), *(Held(value) for _, value in named))


@cache
def _held_in(held: Held, is_made: bool) -> tuple[frozenset[str], frozenset[str]]:
    return texts_in(held.value, is_made)


def is_as_before(was: str, now: str) -> bool:
    """Whether a text that functions may come to is the same; enums and records may have more."""
    before, after = was.split(), now.split()
    return before[:1] == after[:1] and set(before) <= set(after)


@cache
def _constants(of: Held) -> _Constants:
    """The constants in a system's state, by their paths."""
    system: Any = of.value
    both = zip(system.layout.leaves, system.initial_values, strict=True)
    return tuple((leaf.path, Held(value)) for leaf, value in both if leaf.constant)


def _last(path: str) -> str:
    """The name of a field, without rows."""
    return path.rpartition(".")[2].partition("[")[0]


def _named_by(body: FunctionType) -> Iterator[tuple[str, object]]:
    """What a function names, and its defaults."""
    yield from ((name, value) for _, name, value in named_in(body))
    yield from ((f"default {n}", value) for n, value in enumerate(body.__defaults__ or ()))
    yield from (body.__kwdefaults__ or {}).items()
