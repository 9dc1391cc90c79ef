"""What a circuit and what plain Python say about one case: a state, a step and its choices.

Why so: docs/decisions/0023-deadlock-is-compared-in-some-cases.md
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.circuit.packed import Program
from verifier.compiler.bits import Case, cases_of, words_of
from verifier.compiler.coverpoints import bits_of
from verifier.compiler.selector import is_step_input
from verifier.compiler.transition_system import ASSERTIONS, DEADLOCK, TransitionSystem
from verifier.compiler.translation import Translation
from verifier.language.concrete_execution import ConcreteRun, Taken
from verifier.language.enabled import Attempts, TooManyAttempts, obstacles
from verifier.language.encoding import encoded, encoding
from verifier.language.errors import ModelError, Place, blaming
from verifier.language.goals import step_goal
from verifier.language.system import Step

SECONDS = 5.0
"""Time after which a step on plain values is stopped."""
ATTEMPTS = 100_000
"""Attempts to take a step with other choices, for whether any is enabled, in all states of a system
together. The bundled systems need up to 21 in one state; so many take some seconds."""


@dataclass(frozen=True)
class Outcome:
    """What a case leads to: the steps that are taken, failing assertions, values, claims.

    `bad` has every property function on each of its records, violated or (a case) found, then
    every output of the circuit that they make up. `stuck` is whether no step is enabled then; None
    where that is not asked. `likely` is a step that the
    circuit takes to be enabled. An `error` is an exception of plain Python.
    """

    taken: tuple[str, ...]
    failed: tuple[str, ...]
    values: tuple[Any, ...]
    bad: tuple[bool, ...]
    stuck: bool | None = None
    likely: Step | None = dataclasses.field(default=None, compare=False)
    error: str = ""
    place: Place | None = None

    def agrees(self, other: Outcome) -> bool:
        """Whether two are the same, as far as both have found out."""
        known = None not in (self.stuck, other.stuck)
        return self == (other if known else replace(other, stuck=self.stuck))


class Reader:
    """Reads the bits of a case as the system's values."""

    def __init__(self, compiled: TransitionSystem) -> None:
        self.compiled = compiled
        self.initial = compiled.system.initial_values
        self._places: list[tuple[int, int]] = []
        self._bools: list[tuple[int, int, int]] = []
        self._members: list[tuple[int, int, int, tuple[Any, ...]]] = []
        place = 0
        for field, (leaf, names) in enumerate(
            zip(compiled.leaves, compiled.latch_names, strict=True)
        ):
            if names:
                self._places.append((field, place))
                self._add(field, place, leaf.type)
                place += len(names)
        self.state_bits = place
        self.inputs = [bit.name for bit in compiled.circuit.inputs]

    def _add(self, field: int, place: int, kind: type) -> None:
        """Note how a field is read: bools that follow each other are read together."""
        if kind is not bool:
            meaning = meanings(kind)
            self._members.append((field, place, (len(meaning) - 1).bit_length(), meaning))
            return
        first, start, count = self._bools[-1] if self._bools else (field, place, 0)
        if count and (first + count, start + count) == (field, place):
            self._bools[-1] = first, start, count + 1
        else:
            self._bools.append((field, place, 1))

    def values(self, bits: Sequence[int]) -> list[Any]:
        """The values of all fields."""
        found = list(self.initial)
        for field, place, count in self._bools:
            found[field : field + count] = map(bool, bits[place : place + count])
        for field, place, width, meaning in self._members:
            code = bits[place]
            for i in range(1, width):
                code |= bits[place + i] << i
            found[field] = meaning[code]
        return found

    def move(self, case: Case) -> tuple[Step, dict[str, Any]] | None:
        """The step and its choices; None where nothing is to be done."""
        bits = map(bool, case[self.state_bits :])
        return self.compiled.taken(dict(zip(self.inputs, bits, strict=True)))

    def plain(self) -> Iterator[tuple[range, tuple[int, ...]]]:
        """Each field's and each input's bits, and what they are where nothing is special."""
        for field, place in self._places:
            bits = bits_of(encoded(self.initial[field]))
            yield range(place, place + len(bits)), bits
        for place, name in enumerate(self.inputs, self.state_bits):
            if not is_step_input(name):
                yield range(place, place + 1), (0,)


def meanings(kind: type) -> tuple[Any, ...]:
    """What each combination of a field's bits means."""
    if kind is bool:
        return False, True
    code = encoding(kind)
    return tuple(
        code.decode([bool(number >> i & 1) for i in range(code.width)])
        for number in range(1 << code.width)
    )


class ByPython:
    """The concrete run's outcomes."""

    def __init__(self, compiled: TransitionSystem, logging: bool = False) -> None:
        self.compiled = compiled
        self.reader = Reader(compiled)
        self.run = ConcreteRun(compiled.leaves, list(compiled.system.initial_values), logging)
        self.state = compiled.system.state(self.run.store)
        self.taken: Taken | None = None
        self.endless = DEADLOCK in compiled.circuit.bad
        self.attempts = Attempts(ATTEMPTS)
        self.groups = [
            [(c.binding, not c.binding.function.sought, c.binding.function.claims) for c in group]
            for group in compiled.conjuncts.values()
        ]

    def outcome(self, case: Case) -> Outcome:
        """What the step of a case does, but for `stuck`."""
        run, move = self.run, self.reader.move(case)
        run.store.values = self.reader.values(case)
        what = f"step `{move[0].name}`" if move else "a property"
        try:
            with blaming(what, SECONDS):
                taken = None if move is None else run.take(move[0].function, self.state, move[1])
                self.taken = taken
                if taken is None:
                    run.stand()
                after = tuple(run.store.values)
                bad = tuple(self._bad())
        except ModelError as error:
            return Outcome((), (), (), (), error=error.message, place=error.place)
        fired = move is not None and taken is not None and taken.failed is None
        failed = () if taken is None or taken.failed is None else (taken.failed,)
        return Outcome((move[0].name,) if move and fired else (), failed, after, bad)

    def with_stuck(self, outcome: Outcome, likely: Step | None) -> Outcome:
        """The last outcome with whether no step is enabled now. Raises TooManyAttempts.

        What the circuit takes for a step that is enabled is tried first.
        """
        if not self.endless or outcome.error:
            return outcome
        try:
            found = obstacles(self.compiled.system, self.run, likely, self.attempts)
        except TooManyAttempts:
            raise
        except ModelError as error:
            return Outcome((), (), (), (), error=error.message, place=error.place)
        return replace(outcome, stuck=found is not None)

    def _bad(self) -> Iterator[bool]:
        """Each claim, then each group; no case occurs where a step fails its assertion."""
        whole = []
        stopped = self.taken is not None and self.taken.failed is not None
        for group in self.groups:
            found = [
                binding.holds(self.run.store) is not good and (claims or not stopped)
                for binding, good, claims in group
            ]
            whole.append(any(found))
            yield from found
        yield from whole


class ByCircuit:
    """The circuit's outcomes. Of events and assertions it has no bits; their literals do."""

    def __init__(self, translation: Translation) -> None:
        self.translation = translation
        compiled = self.compiled = translation.compiled
        self.reader = Reader(compiled)
        leaves = enumerate(compiled.leaves)
        self.blank = [(place, leaf.default) for place, leaf in leaves if leaf.event]
        circuit = compiled.circuit
        variables = [*(x.literal for x in circuit.latches), *(x.literal for x in circuit.inputs)]
        claims = [c.bad for group in compiled.conjuncts.values() for c in group]
        self.claims = len(claims) + len(compiled.conjuncts)
        groups = [circuit.bad[name] for name in compiled.conjuncts]
        self.steps = compiled.system.actions
        taken = [circuit.bad[step_goal(step.name)] for step in self.steps]
        whole = [circuit.bad.get(ASSERTIONS, 0), circuit.bad.get(DEADLOCK, 0)]
        roots = [*(x.next for x in circuit.latches), *claims, *groups, *taken, *whole]
        self.program = Program(circuit.graph, variables, roots)
        self.endless = DEADLOCK in circuit.bad
        steps = translation.steps
        self.able = Program(steps.graph, steps.start.variables, steps.able)

    def outcomes(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """What the step of each case does."""
        ones = (1 << len(cases)) - 1
        variables = words_of(cases)
        found = self.program(variables, ones)
        details = self._details(variables, ones)
        states = found[: self.reader.state_bits]
        able = self.able([*states, *[0] * (len(variables) - len(states))], ones)
        for lane, bits in enumerate(cases_of(found, range(len(cases)), len(cases))):
            likely = (s for s, word in zip(self.steps, able, strict=False) if word >> lane & 1)
            yield self._outcome(bits, lane, details, next(likely, None))

    def _outcome(
        self, bits: Sequence[int], lane: int, details: Sequence[_Detail], likely: Step | None
    ) -> Outcome:
        states = self.reader.state_bits
        values = self.reader.values(bits)
        claims = states + self.claims
        *taken, failing, stuck = bits[claims:]
        fired = [n for n, bit in enumerate(taken) if bit]
        for place, default in self.blank:
            values[place] = default
        for number in fired:
            for place, meaning, words in details[number].events:
                values[place] = meaning[sum((w >> lane & 1) << i for i, w in enumerate(words))]
        names = tuple(
            name for detail in details for name, word in detail.failed if word >> lane & 1
        )
        failed = names if failing == bool(names) else ("an assertion",) * failing
        return Outcome(
            tuple(self.steps[number].name for number in fired),
            failed,
            tuple(values),
            tuple(bit == 1 for bit in bits[states:claims]),
            stuck == 1 if self.endless else None,
            likely,
        )

    def _details(self, variables: Sequence[int], ones: int) -> list[_Detail]:
        """What each step makes of events and assertions, in all cases."""
        steps = self.translation.steps
        start = steps.start
        roots: list[int] = []
        for selected, outcome in zip(steps.selected, steps.outcomes, strict=True):
            for place, raw in outcome.writes.items():
                if start.leaves[place].event:
                    roots += bits_of(raw)
            roots += (start.graph.both(selected, failed) for failed in outcome.failures.values())
        words = iter(Program(start.graph, start.variables, roots)(variables, ones))
        found = []
        for outcome in steps.outcomes:
            events = [
                (place, meanings(start.leaves[place].type), [next(words) for _ in bits_of(raw)])
                for place, raw in outcome.writes.items()
                if start.leaves[place].event
            ]
            found.append(_Detail(events, [(name, next(words)) for name in outcome.failures]))
        return found


@dataclass(frozen=True)
class _Detail:
    """Events as (leaf, meaning of its bits, words of them), assertions as (name, word)."""

    events: list[tuple[int, tuple[Any, ...], list[int]]]
    failed: list[tuple[str, int]]
