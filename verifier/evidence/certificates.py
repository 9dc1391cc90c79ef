"""Inductive invariants as files and as sentences over field names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from math import prod
from typing import Literal

import msgspec

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.minterms import Pattern, cover
from verifier.evidence.verdicts import Alternative, Clause, Proved
from verifier.language.encoding import encoding
from verifier.language.layout import Leaf
from verifier.language.optional import NONE, OrNone
from verifier.language.plain_values import Value, shown
from verifier.language.system import Choice

CLAUSES = 10_000
"""Clauses over bits beyond which a lemma is refused."""

MOST_CLAUSES = 100_000
"""Clauses over bits beyond which a certificate is refused, and stored lemmas are ignored."""

Lemma = dict[str, tuple[Value, ...]]
"""A disjunction: fields, each with the values that satisfy it."""


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lemmas that hold at the start, that every step preserves, and that imply the property.

    With `induction` k > 0 they imply it only after k good steps in a row, see verdicts.Induction.
    """

    schema: Literal[1]
    kind: Literal["certificate"]
    system: str
    property: str
    engine: str
    depth: int
    lemmas: tuple[Lemma, ...]
    induction: int = 0
    simple_path: bool = False


def certificate_of(compiled: TransitionSystem, group: str, proved: Proved) -> Certificate:
    """An engine's invariant over latches as lemmas over fields, in a stable order."""
    bits = _bits(compiled)
    lemmas = readable(
        lemma for clause in proved.invariant.clauses if (lemma := _lemma(bits, clause)) is not None
    )
    return Certificate(
        schema=1,
        kind="certificate",
        system=compiled.system.name,
        property=group,
        engine=proved.engine,
        depth=proved.depth,
        lemmas=tuple(lemmas),
        induction=proved.induction.steps,
        simple_path=proved.induction.simple_path,
    )


def readable(lemmas: Iterable[Lemma]) -> list[Lemma]:
    """Lemmas that together say the same, with what speaks about one field's values put together.

    A field's possible values come from the lemmas about it alone; the others then name only those
    of them. Lemmas that differ in one field's values only become one.
    """
    given = list(lemmas)
    possible: dict[str, tuple[Value, ...]] = {}
    for lemma in given:
        if len(lemma) == 1:
            [(field, values)] = lemma.items()
            possible[field] = _common(possible.get(field, values), values)
    short = [_within(possible, lemma) if len(lemma) > 1 else dict(lemma) for lemma in given]
    while (merged := _merged_once(short)) is not None:
        short = merged
    return sorted(_needed(short), key=lambda lemma: (len(lemma), list(lemma), str(lemma)))


def _common(some: tuple[Value, ...], others: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for value in some if value in others)


def _within(possible: Mapping[str, tuple[Value, ...]], lemma: Lemma) -> Lemma:
    """The lemma without values that its fields never have."""
    shorter = {f: _common(values, possible.get(f, values)) for f, values in lemma.items()}
    return {field: values for field, values in shorter.items() if values}


def _merged_once(lemmas: Sequence[Lemma]) -> list[Lemma] | None:
    """Two lemmas that differ in one field's values as one; None where there are none."""
    seen: dict[tuple[str, str], int] = {}
    for place, lemma in enumerate(lemmas):
        for field in lemma:
            rest = str({other: values for other, values in lemma.items() if other != field})
            first = seen.setdefault((field, rest), place)
            if first != place:
                values = _common(lemmas[first][field], lemma[field])
                one = {f: values if f == field else v for f, v in lemma.items()}
                one = {f: v for f, v in one.items() if v}
                return [one, *(other for i, other in enumerate(lemmas) if i not in (first, place))]
    return None


def _needed(lemmas: Iterable[Lemma]) -> list[Lemma]:
    """The lemmas that no other one implies; of equivalent ones the first."""
    found: list[Lemma] = []
    for lemma in sorted(lemmas, key=lambda lemma: sum(map(len, lemma.values()))):
        if not any(_implies(other, lemma) for other in found):
            found.append(lemma)
    return found


def _implies(stronger: Lemma, weaker: Lemma) -> bool:
    """Whether one lemma makes another superfluous."""
    return all(
        field in weaker and set(values) <= set(weaker[field]) for field, values in stronger.items()
    )


def _bits(compiled: TransitionSystem) -> dict[str, tuple[Leaf, int]]:
    """Each latch's field and which of the field's bits it is."""
    return {
        name: (leaf, bit)
        for leaf, names in zip(compiled.leaves, compiled.latch_names, strict=True)
        for bit, name in enumerate(names)
    }


def _lemma(bits: Mapping[str, tuple[Leaf, int]], clause: Clause) -> Lemma | None:
    """A clause over bits as values of fields; None where it always holds."""
    allowed: dict[str, tuple[Value, ...]] = {}
    by_field: dict[Leaf, list[tuple[int, bool]]] = {}
    for name, value in clause:
        leaf, bit = bits[name]
        by_field.setdefault(leaf, []).append((bit, value))
    for leaf, literals in sorted(by_field.items(), key=lambda item: item[0].path):
        values = _satisfying(leaf, literals)
        if len(values) == (2 if leaf.type is bool else len(encoding(leaf.type).members)):
            return None
        if values:
            allowed[leaf.path] = values
    return allowed


def _satisfying(leaf: Leaf, literals: Sequence[tuple[int, bool]]) -> tuple[Value, ...]:
    if leaf.type is bool:
        return tuple(value for value in (False, True) if (0, value) in literals)
    code = encoding(leaf.type)
    return tuple(
        member.name
        for member in code.members
        if any(bool(code.constant(member)[bit]) == value for bit, value in literals)
    )


def alternatives_of(compiled: TransitionSystem, lemma: Lemma) -> list[Alternative] | str:
    """A lemma over latches, an alternative for each field, or what is wrong with it.

    A field has one of some values where its bits match none of the patterns of the others.
    """
    places = compiled.places
    alternatives: list[Alternative] = []
    for field, values in lemma.items():
        place = places.get(field)
        if place is None or compiled.leaves[place].event or compiled.leaves[place].constant:
            return f"`{compiled.system.name}` has no field `{field}`"
        allowed = _meanings(compiled.leaves[place].type)
        wrong = [value for value in values if value not in allowed]
        if wrong:
            return f"`{field}` cannot be `{wrong[0]}`"
        excluded = [meant for value, meant in allowed.items() if value not in values]
        names = compiled.latch_names[place]
        if not names:
            if compiled.system.initial_values[place] not in excluded:
                return [()]
            continue
        patterns = cover(tuple(map(_pattern, excluded)))
        alternatives.append(tuple(_differs(names, pattern) for pattern in patterns))
    if prod(map(len, alternatives)) > CLAUSES:
        return f"it stands for more than {CLAUSES} clauses"
    return alternatives


def clauses_of(compiled: TransitionSystem, lemma: Lemma) -> list[Clause] | str:
    """A lemma as clauses over latches, or what is wrong with it."""
    alternatives = alternatives_of(compiled, lemma)
    if isinstance(alternatives, str):
        return alternatives
    clauses: list[Clause] = [()]
    for alternative in alternatives:
        clauses = [(*clause, *more) for clause in clauses for more in alternative]
    return clauses


@cache
def _meanings(kind: type) -> dict[Value, bool | Enum]:
    """What a field of some type can be, by the way it is written."""
    return {shown(value): value for value in Choice("", kind).values}


def clauses_from(compiled: TransitionSystem, lemmas: Iterable[Lemma]) -> list[Clause]:
    """Those of some lemmas that fit the system as it is now, each clause once.

    Of too many clauses the first ones.
    """
    found: dict[Clause, None] = {}
    for lemma in lemmas:
        if len(found) > MOST_CLAUSES:
            break
        clauses = clauses_of(compiled, lemma)
        if not isinstance(clauses, str):
            found |= dict.fromkeys(clauses)
    return list(found)


def _pattern(value: bool | Enum) -> Pattern:
    return (value,) if isinstance(value, bool) else encoding(type(value)).pattern(value)


def _differs(names: Sequence[str], pattern: Pattern) -> Clause:
    """That latches do not have these values."""
    return tuple(
        (name, not bit) for name, bit in zip(names, pattern, strict=True) if bit is not None
    )


def sentence_of(compiled: TransitionSystem, lemma: Lemma) -> str:
    """A lemma of a system as a sentence."""
    return sentence(lemma, {leaf.path: leaf.type for leaf in compiled.leaves})


def sentence(lemma: Lemma, types: Mapping[str, type]) -> str:
    """A lemma as an engineer would write it: `loaded or copy.ts`."""
    terms = [_term(field, values, types[field]) for field, values in lemma.items()]
    return " or ".join(terms) or "false"


def _term(field: str, values: Sequence[Value], type: type) -> str:
    if type is bool:
        return field if values[0] else f"not {field}"
    members = encoding(type).members
    others = [member.name for member in members if member.name not in values]
    if issubclass(type, OrNone) and NONE in values and len(values) == 1:
        return f"{field} is {NONE}"
    if issubclass(type, OrNone) and others == [NONE]:
        return f"{field} is not {NONE}"
    if len(values) == 1:
        return f"{field} == {values[0]}"
    if len(others) == 1:
        return f"{field} != {others[0]}"
    return f"{field} in ({', '.join(map(str, values))})"
