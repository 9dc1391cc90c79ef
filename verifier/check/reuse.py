"""Earlier evidence put to use: executions that still lead there, lemmas that still hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from verifier.check.check import said_by
from verifier.check.evidence_lookup import Memory
from verifier.check.sound_evidence import confirmed, leading
from verifier.circuit.circuit import Circuit
from verifier.compiler.compiled import Compiled
from verifier.engines.contract import Engine
from verifier.evidence.bundle import Run
from verifier.evidence.certificates import Certificate, certificate_of
from verifier.evidence.verdicts import (
    Clause,
    Limits,
    Proved,
    Verdict,
    Violated,
    Watch,
    silent,
)
from verifier.execution.conversions import run_of
from verifier.language.functions import ModelFunction

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
        properties: Sequence[ModelFunction],
        memory: Memory,
        search: SearchFrom,
    ) -> None:
        self.how: dict[str, str] = {}
        self.proofs: dict[str, Certificate] = {}
        self.runs: dict[str, Run] = {}
        self._compiled, self._properties, self._memory = compiled, properties, memory
        self._search = search

    def __call__(
        self, circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
    ) -> Mapping[str, Verdict]:
        found = self._again(circuit, goals)
        rest = [goal for goal in goals if goal not in found]
        if rest:
            lemmas = self._memory.clauses()
            searched = self._search(lemmas)(circuit, rest, limits, watch)
            found |= searched
            self.how |= {goal: _searched(searched[goal], lemmas) for goal in rest}
        for goal in goals:
            self._note(goal, found[goal])
        return found

    def _again(self, circuit: Circuit, goals: Sequence[str]) -> dict[str, Verdict]:
        """What earlier executions and proofs still show."""
        found: dict[str, Verdict] = {}
        runs = {goal: run for goal in goals if (run := next(self._memory.runs(goal), None))}
        for goal, run in leading(self._compiled, runs).items():
            self.how[goal] = "an earlier execution"
            found[goal] = said_by(self._compiled, run)
        kept = {g: self._memory.cached(g).certificate(g) for g in goals if _is_case(g)}
        proofs = {goal: proof for goal, proof in kept.items() if proof and goal not in found}
        for goal, proof in confirmed(self._compiled, self._properties, proofs).items():
            self.how[goal] = "an earlier proof"
            found[goal] = said_by(self._compiled, proof)
        return found

    def _note(self, goal: str, verdict: Verdict) -> None:
        if not _is_case(goal):
            return
        if isinstance(verdict, Violated):
            self.runs[goal] = run_of(self._compiled, verdict.path)
        elif isinstance(verdict, Proved):
            self.proofs[goal] = certificate_of(self._compiled, goal, verdict)


def _searched(verdict: Verdict, lemmas: Sequence[Clause]) -> str:
    """How a search has ended; an execution owes nothing to lemmas."""
    return "searched, from earlier lemmas" if lemmas and isinstance(verdict, Proved) else "searched"


def _is_case(goal: str) -> bool:
    """Whether it is a step or case that must be reachable, and no property."""
    return ":" in goal
