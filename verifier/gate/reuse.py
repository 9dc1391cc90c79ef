"""Earlier evidence put to use: executions that still lead there, lemmas that still hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from verifier.checking import Engine
from verifier.circuit.circuit import Circuit
from verifier.evidence.certificates import Certificate, certificate_of, clauses_from
from verifier.evidence.check import path_violates
from verifier.evidence.kept import Run
from verifier.evidence.runs import path_of, run_of
from verifier.evidence.traces import Trace
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
        sound: Mapping[str, Trace | Certificate],
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
        found: dict[str, Verdict] = {}
        for goal in goals:
            verdict = self._again(circuit, goal)
            if verdict is not None:
                found[goal] = verdict
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

    def _again(self, circuit: Circuit, goal: str) -> Verdict | None:
        """What an earlier execution or proof still shows."""
        for run in self._memory.runs(goal):
            path = path_of(self._compiled, run)
            if path is not None and path_violates(circuit, goal, path) is None:
                self.how[goal] = "an earlier execution"
                return Violated("bmc", path, 0.0)
        proof = self._sound.get(goal)
        if isinstance(proof, Certificate):
            self.how[goal] = "an earlier proof"
            clauses = clauses_from(self._compiled, proof.lemmas)
            return Proved(proof.engine, Invariant(tuple(clauses)), proof.depth, 0.0)
        return None

    def _note(self, goal: str, verdict: Verdict) -> None:
        if ":" not in goal:
            return
        if isinstance(verdict, Violated):
            self.runs[goal] = run_of(self._compiled, verdict.path)
        elif isinstance(verdict, Proved):
            self.proofs[goal] = certificate_of(self._compiled, goal, verdict)
