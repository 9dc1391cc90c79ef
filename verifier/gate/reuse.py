"""Earlier evidence put to use: executions that still lead there, lemmas that still hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from verifier.checking import Engine
from verifier.circuit.circuit import Circuit
from verifier.evidence.audit import rejection
from verifier.evidence.certificates import Certificate, certificate_of, clauses_from
from verifier.evidence.check import path_violates
from verifier.evidence.following import chosen
from verifier.evidence.replay import Move, Stopped
from verifier.evidence.traces import Trace, shown
from verifier.evidence.verdicts import (
    Clause,
    Invariant,
    Limits,
    Path,
    Proved,
    Verdict,
    Violated,
    Watch,
    silent,
)
from verifier.gate.kept import Run, Witnesses
from verifier.gate.memory import Memory
from verifier.language.compiling import Compiled
from verifier.language.encoding import encoding
from verifier.language.functions import ModelFunction
from verifier.language.system import Choice, System

SearchFrom = Callable[[Sequence[Clause]], Engine]
"""An engine that starts with lemmas which may or may not hold."""


class Reusing:
    """An engine that first looks at what is known from earlier, and notes what is new.

    `how` says for each goal where its verdict comes from.
    """

    def __init__(
        self,
        compiled: Compiled,
        properties: Sequence[ModelFunction],
        memory: Memory,
        search: SearchFrom,
    ) -> None:
        self.how: dict[str, str] = {}
        self._compiled, self._properties = compiled, properties
        self._memory, self._search = memory, search
        self._reached: dict[str, Run] = {}
        self._unreachable: dict[str, Certificate] = {}

    def __call__(
        self, circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
    ) -> Mapping[str, Verdict]:
        found: dict[str, Verdict] = {}
        for goal in goals:
            verdict = self._again(circuit, goal)
            if verdict is not None:
                found[goal] = verdict
        rest = [goal for goal in goals if goal not in found]
        if rest:
            lemmas = self._lemmas()
            self.how |= dict.fromkeys(
                rest, "searched, from earlier lemmas" if lemmas else "searched"
            )
            found |= self._search(lemmas)(circuit, rest, limits, watch)
        for goal in goals:
            self._note(goal, found[goal])
        return found

    def witnesses(self) -> Witnesses:
        """What has been found of the cases that are hard to find."""
        name = self._compiled.system.name
        return Witnesses(1, "witnesses", name, self._reached, self._unreachable)

    def _again(self, circuit: Circuit, goal: str) -> Verdict | None:
        """What an earlier execution or proof still shows."""
        for run in self._runs(goal):
            path = path_of(self._compiled, run)
            if path is not None and path_violates(circuit, goal, path) is None:
                self.how[goal] = "an earlier execution"
                return Violated("bmc", path, 0.0)
        for known in self._memory.witnesses:
            proof = known.unreachable.get(goal)
            if proof is not None and proof.property == goal:
                if rejection(self._compiled, self._properties, proof) is None:
                    self.how[goal] = "an earlier proof"
                    clauses = clauses_from(self._compiled, [proof])
                    return Proved(proof.engine, Invariant(tuple(clauses)), proof.depth, 0.0)
        return None

    def _runs(self, goal: str) -> Iterable[Run]:
        if ":" in goal:
            for known in self._memory.witnesses:
                if goal in known.reached:
                    yield known.reached[goal]
            return
        for evidence in self._memory.evidence(goal):
            if isinstance(evidence, Trace):
                yield Run(evidence.start, tuple((s.step, s.choices) for s in evidence.steps))
        yield from self._memory.runs(goal)

    def _lemmas(self) -> list[Clause]:
        certificates = [
            evidence
            for group in self._memory.groups
            for evidence in self._memory.evidence(group)
            if isinstance(evidence, Certificate)
        ]
        certificates += [c for known in self._memory.witnesses for c in known.unreachable.values()]
        return clauses_from(self._compiled, certificates)

    def _note(self, goal: str, verdict: Verdict) -> None:
        if ":" not in goal:
            return
        if isinstance(verdict, Violated):
            self._reached[goal] = run_of(self._compiled, verdict.path)
        elif isinstance(verdict, Proved) and not verdict.induction.steps:
            self._unreachable[goal] = certificate_of(self._compiled, goal, verdict)


def run_of(compiled: Compiled, path: Path) -> Run:
    """A circuit's path in the system's words."""
    start = {
        leaf.path: shown(value)
        for leaf, value in zip(compiled.leaves, compiled.start(path.start), strict=True)
        if not leaf.constant and not leaf.event and compiled.system.is_arbitrary(leaf.path)
    }
    taken = [move for inputs in path.inputs if (move := compiled.taken(inputs)) is not None]
    return Run(
        start,
        tuple((step.name, {n: shown(v) for n, v in choices.items()}) for step, choices in taken),
    )


def moves_of_run(system: System, run: Run) -> tuple[list[Any], list[Move] | Stopped]:
    """A run as a start and moves of the system as it is now."""
    start = [
        initial
        if leaf.constant or leaf.path not in run.start or not system.is_arbitrary(leaf.path)
        else chosen(Choice(leaf.path, leaf.type), run.start[leaf.path])
        for leaf, initial in zip(system.layout.leaves, system.initial_values, strict=True)
    ]
    moves: list[Move] = []
    actions = {step.name: step for step in system.actions}
    for number, (name, choices) in enumerate(run.moves, 1):
        if name not in actions:
            return start, Stopped(number, f"`{system.name}` has no step `{name}`")
        values = {c.name: chosen(c, choices.get(c.name)) for c in actions[name].choices}
        if None in values.values() or None in start:
            return start, Stopped(number, f"the choices do not fit `{name}`")
        moves.append((actions[name], values))
    return start, moves


def path_of(compiled: Compiled, run: Run) -> Path | None:
    """A run as a path of the system as it is now; None where it does not fit."""
    start = {latch.name: bool(latch.reset) for latch in compiled.circuit.latches}
    for leaf, names in zip(compiled.leaves, compiled.latch_names, strict=True):
        if names and leaf.path in run.start and compiled.system.is_arbitrary(leaf.path):
            value = chosen(Choice(leaf.path, leaf.type), run.start[leaf.path])
            if value is None:
                return None
            start |= zip(names, _bits(value), strict=True)
    _, moves = moves_of_run(compiled.system, run)
    if isinstance(moves, Stopped) or not moves:
        return None
    blank = {bit.name: False for bit in compiled.circuit.inputs}
    inputs = [blank | compiled.inputs_of(step, choices) for step, choices in moves]
    return Path(start, tuple(inputs))


def _bits(value: bool | Enum) -> Sequence[bool]:
    if isinstance(value, bool):
        return [value]
    return [bool(bit) for bit in encoding(type(value)).constant(value)]
