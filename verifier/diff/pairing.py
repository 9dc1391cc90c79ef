"""Values and choices of two versions: which one is which, by name, and the rest in their order.

Whatever pairs them does: states are compared value by value, so that a wrong pair shows as a
difference, and nothing is left out but what one version has more of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, product
from math import prod

from verifier.circuit.aig import Graph
from verifier.compiler.behaviour import Action, Variable
from verifier.language.plain_values import Value

ROW = re.compile(r"\[[^]]*\]")
"""What names a row of a family."""
MANY = 64
"""Combinations of choices up to which each is asked about."""


def paired_values(was: Variable, now: Variable) -> list[tuple[Value, Value]]:
    """The values that both have, and those of one only as far as the other has such, too."""
    gone = [value for value in was.values if not _has(now, value)]
    come = [value for value in now.values if not _has(was, value)]
    both = [(value, value) for value in was.values if _has(now, value)]
    starts = _is_in(was.initial, gone) and _is_in(now.initial, come)
    if starts:  # what a field starts as is the same, whatever it is called
        gone.sort(key=lambda value: not _is(value, was.initial))
        come.sort(key=lambda value: not _is(value, now.initial))
    return [*both, *zip(gone, come, strict=False)]


def paired_choices(was: Action, now: Action) -> list[tuple[Variable, Variable | None]]:
    """Each old choice with the one that it is now; None where there is none any more."""
    names = {choice.name for choice in was.choices}
    left = [choice for choice in now.choices if choice.name not in names]
    found: list[tuple[Variable, Variable | None]] = []
    for choice in was.choices:
        same = next((each for each in now.choices if each.name == choice.name), None)
        if same is None:
            same = next((each for each in left if len(each.values) == len(choice.values)), None)
            left = [each for each in left if each is not same]
        found.append((choice, same))
    return found


def new_choices(was: Action, now: Action) -> list[Variable]:
    """The choices that stand for none of the old ones."""
    known = [new for _, new in paired_choices(was, now)]
    return [choice for choice in now.choices if choice not in known]


def combinations(choices: Sequence[Variable]) -> list[dict[str, int]]:
    """Some choices, as inputs, in each combination; none where there are too many."""
    if prod(len(choice.values) for choice in choices) > MANY:
        return []
    codes = [[as_bits(c, v) for v in c.values] for c in choices]
    return [dict(chain(*way)) for way in product(*codes)]


def as_bits(choice: Variable, value: Value) -> list[tuple[str, int]]:
    """The inputs that mean a value of a choice."""
    return [*zip(choice.bits, map(int, choice.code(value)), strict=True)]


def same_code(a: Variable, b: Variable) -> bool:
    """Whether equal bits mean equal values."""
    return a.values == b.values and a.patterns == b.patterns


def recoded(
    graph: Graph,
    bits: Sequence[int],
    of: Variable,
    to: Variable,
    both: Sequence[tuple[Value, Value]],
) -> Sequence[int]:
    """What bits of one variable mean, in the code of another."""
    if same_code(of, to):
        return bits
    return [
        graph.any(means(graph, bits, of, a) for a, b in both if to.code(b)[place])
        for place in range(len(to.patterns[0]))
    ]


def means(graph: Graph, bits: Sequence[int], variable: Variable, value: object) -> int:
    pattern = variable.patterns[[*variable.values].index(value)]  # type: ignore[arg-type]
    return graph.all(
        literal if wanted else literal ^ 1
        for literal, wanted in zip(bits, pattern, strict=True)
        if wanted is not None
    )


def lost_values(was: Variable, now: Variable) -> Sequence[Value]:
    """The old values that stand for nothing any more."""
    left = [value for value, _ in paired_values(was, now)]
    return [value for value in was.values if not _is_in(value, left)]


def added_values(was: Variable, now: Variable) -> Sequence[Value]:
    """The new values that stand for no old one."""
    known = [value for _, value in paired_values(was, now)]
    return [value for value in now.values if not _is_in(value, known)]


def widened(
    fields: Iterable[tuple[Variable, Variable]], names: Iterable[str]
) -> list[tuple[Variable, Variable]]:
    """The pairs of fields of which the new one has more values, or its family more rows.

    `names` are those of all new fields.
    """
    pairs = list(fields)
    known = {now.name for _, now in pairs}
    grown = {ROW.sub("[]", name) for name in names if "[" in name and name not in known}
    return [
        (was, now)
        for was, now in pairs
        if added_values(was, now) or ROW.sub("[]", now.name) in grown
    ]


def counterpart(value: Value | None, was: Variable, now: Variable) -> Value | None:
    """What a value of the old version is in the new one; None for any value, and for none."""
    if value is None:
        return None
    return next((new for old, new in paired_values(was, now) if _is(old, value)), None)


def starts_equal(was: Variable, now: Variable) -> bool:
    """Whether a field starts with the same value, whatever that is called."""
    if was.initial is None or now.initial is None:
        return was.initial is now.initial
    return counterpart(was.initial, was, now) == now.initial


def _has(variable: Variable, value: Value) -> bool:
    return _is_in(value, variable.values)


def _is_in(value: Value | None, values: Sequence[Value]) -> bool:
    return any(_is(value, each) for each in values)


def _is(a: Value | None, b: Value | None) -> bool:
    """A bit is none of an enum's names, whatever that is."""
    return type(a) is type(b) and a == b
