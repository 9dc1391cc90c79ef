"""A system's presentation as names of fields, titles and words: what does not depend on a state."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from verifier.evidence.pictures import Columns, Picture, Promised, ReadField, Roles, Table
from verifier.language.moments import Fields
from verifier.language.named_fields import fields_of, prefix_of, short
from verifier.language.presentation import (
    Beliefs,
    Causes,
    Compared,
    Hands,
    Lanes,
    Presentation,
    Promise,
)

NOBODY: Lanes[Any] = Lanes(lambda _: "")
NOTHING: Hands[Any] = Hands("", ())


def drawn(made: Presentation[Any], state: Any) -> Picture:
    """The picture of a presentation, for a state in which fields are named."""
    lanes, hands, flags = made.lanes or NOBODY, made.hands or NOTHING, made.flags
    apart = promised_fields(made, state)
    return Picture(
        lanes=lanes.order,
        enters=lanes.enters,
        leaves=lanes.leaves,
        tells=lanes.tells,
        tables=tuple(Table(each.name, each.title, each.by_code) for each in made.tables),
        table_of=_tables(made, state),
        having=flags.title if flags else "",
        flags=_named(state, flags.fields, apart) if flags else (),
        columns=_columns(made.beliefs, state) if made.beliefs and made.beliefs.bits else None,
        promise=_promised(made.promise, state) if made.promise else None,
        roles=_roles(made.causes, state) if made.causes else None,
        handed=hands.what,
        hands=frozenset(_named(state, hands.fields)),
        registers=frozenset(_named(state, made.registers)),
        words=dict(made.words),
    )


def promised_fields(made: Presentation[Any], state: Any) -> frozenset[str]:
    """The fields of the part of the state that has what is promised."""
    return frozenset(fields_of(state, made.promise.part)) if made.promise else frozenset()


def _named(
    state: Any, named: Collection[Fields[Any]], apart: Collection[str] = ()
) -> tuple[str, ...]:
    found = [name for each in named for name in fields_of(state, each, apart)]
    return tuple(dict.fromkeys(found))


def _tables(made: Presentation[Any], state: Any) -> dict[str, str]:
    """Each field's table: of those that name it, the one that names the fewest fields."""
    named = [(fields_of(state, each.fields), each.name) for each in made.tables]
    largest_first = sorted(named, key=lambda each: -len(each[0]))
    return {field: name for fields, name in largest_first for field in fields}


def _columns(table: Beliefs[Any, Any], state: Any) -> Columns:
    named = {
        name: fields_of(state, lambda held, bit=bit: bit(table.of(held)))
        for name, bit in table.bits.items()
    }
    return Columns(
        titles=table.columns,
        actual=table.actual,
        assumed=table.assumed,
        expected=table.expected,
        words=dict(table.words),
        bits={name: paths[0].rpartition(".")[2] for name, paths in named.items()},
    )


def _promised(promise: Promise[Any], state: Any) -> Promised:
    actual, expected = (fields_of(state, one) for one in promise.twins)
    return Promised(
        to=promise.to,
        pairs=tuple(pair for each in promise.compared for pair in _pairs(each, state)),
        observed=fields_of(state, promise.observed),
        broken=fields_of(state, promise.broken),
        twins=dict(zip(actual, expected, strict=True)),
    )


def _pairs(one: Compared[Any], state: Any) -> Iterator[ReadField]:
    prefix = prefix_of(one.within(state))
    actual, expected = fields_of(state, one.actual), fields_of(state, one.expected)
    for ours, theirs in zip(actual, expected, strict=True):
        yield ReadField(short(ours, prefix), ours, theirs)


def _roles(causes: Causes[Any], state: Any) -> Roles:
    left_for = () if causes.left_for is None else (causes.left_for,)
    return Roles(
        *(
            frozenset(_named(state, named))
            for named in ((causes.hardware,), left_for, causes.copies, causes.unsaid)
        )
    )
