"""A step as a presentation sees it: the states around it, its choices, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import Enum
from typing import Any, Generic, TypeVar

from verifier.language.call_log import Assignment, Call
from verifier.language.errors import ModelError, place_of
from verifier.language.functions import about
from verifier.language.named_fields import Everywhere, fields_of, prefix_of, short
from verifier.language.optional import seen

State = TypeVar("State", contravariant=True)
State_co = TypeVar("State_co", covariant=True)

Fields = Callable[[State], object] | Everywhere
"""What names fields of a state."""


@dataclass(frozen=True)
class Difference:
    """A field that does not have what it should have, and whether the violated claim reads both.

    `name` is its name in a record, `field` its whole name.
    """

    name: str
    field: str
    actual: bool | Enum | None
    expected: bool | Enum | None
    judged: bool


@dataclass(frozen=True)
class Moment(Generic[State_co]):
    """A step that was taken; `choices` are the environment's, by name."""

    before: State_co
    after: State_co
    step: str
    choices: Mapping[str, bool | Enum | None]
    _call: Call = attribute(repr=False)
    _judged: Collection[str] = attribute(repr=False, default=())
    _apart: Collection[str] = attribute(repr=False, default=())

    def named(self, fields: Fields[State_co]) -> tuple[str, ...]:
        """The fields by their whole names."""
        return fields_of(self.after, fields, self._apart)

    def given(self, fields: Fields[State_co]) -> tuple[Any, ...]:
        """The values that the step gave some fields, in order."""
        wanted = set(self.named(fields))
        return tuple(seen(each.new) for each in _assignments(self._call) if each.path in wanted)

    def ran(self, *functions: Callable[..., object]) -> bool:
        """Whether the step ran one of these model functions."""
        known = [about(function) for function in functions]
        if None in known:
            other = functions[known.index(None)]
            raise ModelError(f"`{other!r}` is not a model function", place_of(other), "decorate it")
        return any(call.function in known for call in _calls(self._call))

    def returned(self, value: bool | Enum) -> bool:
        """Whether a function that the step ran returned this, other than in what is promised."""
        return any(
            type(call.result) is type(value)
            and call.result == value
            and not any(each.path in self._apart for each in _assignments(call))
            for call in _calls(self._call)
        )

    def judges(self, fields: Fields[State_co]) -> bool:
        """Whether the claim that is violated after the step reads one of these fields."""
        return not set(self.named(fields)).isdisjoint(self._judged)

    def differences(
        self,
        actual: Callable[[State_co], Any],
        expected: Callable[[State_co], Any],
        within: Callable[[State_co], Any],
    ) -> Iterator[Difference]:
        """Fields after the step that do not have what others have, which they should have.

        Their names are those in the record `within`.
        """
        prefix, values = prefix_of(within(self.after)), _values(self.after)
        pairs = map(self.named, (actual, expected))
        for ours, theirs in zip(*pairs, strict=True):
            if values[ours] != values[theirs]:
                judged = ours in self._judged and theirs in self._judged
                name = short(ours, prefix)
                pair = seen(values[ours]), seen(values[theirs])
                yield Difference(name, ours, *pair, judged)


def _values(state: Any) -> dict[str, Any]:
    store = state._store
    return {leaf.path: value for leaf, value in zip(store.leaves, store.values, strict=True)}


def _calls(call: Call) -> Iterator[Call]:
    yield call
    for entry in call.entries:
        if isinstance(entry, Call):
            yield from _calls(entry)


def _assignments(call: Call) -> Iterator[Assignment]:
    for entry in call.entries:
        if isinstance(entry, Assignment):
            yield entry
        elif isinstance(entry, Call):
            yield from _assignments(entry)
