"""A model means what it means on plain Python objects, or it is refused: in both runs."""

from enum import Enum
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.language import plain_objects, programs
from tests.language.programs import random_system
from verifier.compiler.translation import compile_system
from verifier.language import ModelError, System
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.errors import Disabled
from verifier.language.optional import seen

STALE = "is used after"
PLAIN = plain_objects.loaded(programs.__file__)
"""The random programs as functions of plain objects."""

Values = dict[str, Any]


def constants(system: System) -> set[str] | None:
    """The fields that keep their values in the circuit; None where the system is refused."""
    try:
        compiled = compile_system(system, [])
    except ModelError as error:
        if STALE not in error.message and "paths" not in error.message:
            raise
        return None
    return {leaf.path for leaf in compiled.leaves} - compiled.changing


class Case:
    """A step with choices in a state, taken in two ways."""

    def __init__(
        self, system: System, number: int, still: set[str], random: Random, plain: Any = PLAIN
    ) -> None:
        self.system, self.number, self.plain = system, number, plain
        self.step = system.actions[number]
        self.choices = {each.name: random.choice(each.values) for each in self.step.choices}
        self.before = [
            first if leaf.path in still else random.choice(_values(leaf.type))
            for leaf, first in zip(system.layout.leaves, system.initial_values, strict=True)
        ]

    def on_records(self) -> Values | None:
        """The state after it; None where it is not enabled."""
        run = ConcreteRun(self.system.layout.leaves, list(self.before))
        taken = run.take(self.step.function, self.system.state(run.store), self.choices)
        return None if taken is None else self._named(run.store.values)

    def on_objects(self, function: Any) -> Values | None:
        """The same on plain objects."""
        state = self.plain.State()
        for leaf, value in zip(self.system.layout.leaves, self.before, strict=True):
            plain_objects.put(state, leaf.path, self._translated(value))
        for name in self._events():
            setattr(state, name, getattr(self.plain.State(), name))
        before = dict(plain_objects.leaves(state))
        try:
            function(state, **{k: self._translated(v) for k, v in self.choices.items()})
        except Disabled:
            return None
        except AssertionError:
            return before
        return dict(plain_objects.leaves(state))

    def _events(self) -> set[str]:
        return {leaf.path.split(".")[0] for leaf in self.system.layout.leaves if leaf.event}

    def _translated(self, value: Any) -> Any:
        value = seen(value)
        kind = getattr(self.plain, type(value).__name__, None)
        return kind[value.name] if isinstance(value, Enum) and kind else value

    def _named(self, values: list[Any]) -> Values:
        pairs = zip(self.system.layout.leaves, values, strict=True)
        return {leaf.path: v.name if isinstance(v, Enum) else v for leaf, v in pairs}


def _values(kind: type) -> list[Any]:
    return list(kind) if issubclass(kind, Enum) else [False, True]


@given(st.integers(0, 10**6))
def test_random_programs_are_refused_or_do_the_same_on_plain_objects(seed: int) -> None:
    system, random = random_system(Random(seed)), Random(seed)
    functions = PLAIN.random_system(Random(seed)).steps
    still = constants(system)
    for _ in range(16):
        case = Case(system, random.randrange(2), still or set(), random)
        try:
            found = case.on_records()
        except ModelError as error:
            if STALE not in error.message or still is not None:
                raise
            continue
        assert found == case.on_objects(functions[case.number])
