"""Earlier evidence put to use: executions that still lead there, lemmas that still hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from verifier.checking import Engine
from verifier.circuit.circuit import Circuit
from verifier.evidence.certificates import Certificate, certificate_of, clauses_from
from verifier.evidence.check import reached
from verifier.evidence.kept import Run
from verifier.evidence.runs import path_of, run_of
from verifier.evidence.verdicts import (
    Clause,
    Invariant,
    Limits,
    Proved,
    Verdict,
    Violated,
    Watch,
    silent,
)
from verifier.gate.memory import Memory
from verifier.language.compiling import Compiled

SearchFrom = Callable[[Sequence[Clause]], Engine]
"""An engine that starts with lemmas which may or may not hold."""


class Reusing:
    """An engine that first looks at what is known from earlier, and notes what is new.

    `how` says for each goal where its verdict comes from; `proofs` and `runs` have what shows of
    cases whether they are reached, those aside that random executions find at once.
    """

    def __init__(
        self,
        compiled: Compiled,
        memory: Memory,
        sound: Mapping[str, Run | Certificate],
        search: SearchFrom,
    ) -> None:
        self.how: dict[str, str] = {}
        self.proofs: dict[str, Certificate] = {}
        self.runs: dict[str, Run] = {}
        self._compiled, self._memory, self._sound = compiled, memory, sound
        self._search = search

    def __call__(
        self, circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
    ) -> Mapping[str, Verdict]:
        found = self._again(circuit, goals)
        rest = [goal for goal in goals if goal not in found]
        if rest:
            lemmas = self._memory.clauses(self._compiled)
            self.how |= dict.fromkeys(
                rest, "searched, from earlier lemmas" if lemmas else "searched"
            )
            found |= self._search(lemmas)(circuit, rest, limits, watch)
        for goal in goals:
            self._note(goal, found[goal])
        return found

    def _again(self, circuit: Circuit, goals: Sequence[str]) -> dict[str, Verdict]:
        """What earlier executions and proofs still show."""
        found: dict[str, Verdict] = {}
        runs = {goal: next(self._memory.runs(goal), None) for goal in goals}
        paths = {g: path_of(self._compiled, run) for g, run in runs.items() if run is not None}
        led = {goal: path for goal, path in paths.items() if path is not None}
        for goal in reached(circuit, led):
            self.how[goal] = "an earlier execution"
            found[goal] = Violated("bmc", led[goal], 0.0)
        for goal in goals:
            proof = self._sound.get(goal)
            if goal not in found and isinstance(proof, Certificate):
                self.how[goal] = "an earlier proof"
                clauses = clauses_from(self._compiled, proof.lemmas)
                invariant = Invariant(tuple(clauses))
                found[goal] = Proved(proof.engine, invariant, proof.depth, 0.0)
        return found

    def _note(self, goal: str, verdict: Verdict) -> None:
        if ":" not in goal:
            return
        if isinstance(verdict, Violated):
            self.runs[goal] = run_of(self._compiled, verdict.path)
        elif isinstance(verdict, Proved):
            self.proofs[goal] = certificate_of(self._compiled, goal, verdict)
