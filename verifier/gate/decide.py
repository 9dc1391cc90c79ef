"""One system at the gate: compiled, compared with what it was, and decided from what is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from time import perf_counter

from verifier.check.check import decide
from verifier.check.context import Context
from verifier.check.result import Result, ill_formed
from verifier.check.reuse import Reusing, rejected, sound_evidence
from verifier.check.shared_invariant import shared
from verifier.check.stored_evidence import StoredEvidence
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.digest import everything
from verifier.diff.compare import Difference, difference
from verifier.diff.correspondence import NewNames, new_names
from verifier.engines.contract import Engine, Query
from verifier.engines.portfolio import auto
from verifier.evidence.bundle import Bundle, Run
from verifier.evidence.certificates import Certificate, clauses_from
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Answer, Clause, Limits, Progress, Verdict, Watch, silent
from verifier.execution.machine import ASSERTIONS
from verifier.gate.base_revision import Before, judged_less
from verifier.gate.divergence import Departure, Hunk, departure
from verifier.gate.evidence import evidence_of, written
from verifier.gate.hidden import Hidden, hidden
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.comparing import ComparedClaims, renamed_goals
from verifier.language.errors import ModelError
from verifier.processes.pool import NoProcess
from verifier.project.assumptions import Assumption, assumptions
from verifier.project.catalogue import Pair

AUDITED = "earlier evidence, audited"

SECONDS = 30.0
"""For each question about what a change of a system hides, at most."""


@dataclass(frozen=True)
class DecidedSystem:
    """What the gate knows of a system's pairs, and how it knows."""

    system: str
    results: tuple[Result, ...]
    how: Mapping[str, str]
    """Per property, where its verdict comes from."""
    moved: tuple[str, ...]
    """Properties whose verdict depends on another circuit than at the base."""
    change: Difference | None
    """What the system does differently from the base; None where it was not compared."""
    bundle: Bundle
    """What of its evidence is worth storing."""
    departures: Mapping[str, Departure]
    """Per violated property, where the counterexample departs from the base."""
    seconds: float
    warnings: tuple[str, ...] = ()
    judged: ComparedClaims | None = None
    """What it is judged by less than at the base; None where it was not compared."""
    hidden: Hidden = field(default_factory=Hidden)
    """What it may hide that its steps can do less."""
    assumptions: tuple[Assumption, ...] = ()
    """What its verdicts rest on, and did not at the base."""


@dataclass(frozen=True)
class SystemRequest:
    """What is asked about one system."""

    system: str
    groups: Sequence[str] | None
    """Its properties; None for all."""
    storing: bool = False
    """Whether the project is to store the evidence."""


def decide_system(
    context: Context,
    asked: SystemRequest,
    before: Before | None,
    hunks: Sequence[Hunk],
    watch: Watch = silent,
) -> DecidedSystem:
    """Audit what is stored about a system; search only for what does not hold any more.

    Where only some properties are asked for, what is stored about the others is left as it is.
    """
    begin = perf_counter()
    try:
        work = _Work(context.watched(watch), asked, before)
        return replace(work.decided(hunks), seconds=perf_counter() - begin)
    except NoProcess:
        raise
    except ModelError as error:
        system = context.catalogue.systems[asked.system]
        pairs = [pair.property for pair in context.catalogue.pairs_of(system)]
        groups = pairs if asked.groups is None else asked.groups
        return undecided(asked.system, ill_formed(asked.system, groups, error))


class _Work:
    """One system while it is decided."""

    def __init__(self, context: Context, asked: SystemRequest, before: Before | None) -> None:
        self.context, self.asked, self.before = context, asked, before
        compiled = self.compiled = context.compiled(asked.system)
        pairs = [pair.property for pair in context.catalogue.pairs_of(compiled.system)]
        asserts = [ASSERTIONS] if ASSERTIONS in compiled.circuit.bad else []
        every = list(dict.fromkeys([*pairs, *asserts]))
        self.groups = every if asked.groups is None else list(asked.groups)
        behaviour = behaviour_of(compiled)
        self.names = NewNames() if before is None else new_names(before.behaviour, behaviour)
        self.stored = StoredEvidence(
            context.store, compiled, self.groups, context.cache, self.names
        )
        self.sound = sound_evidence(self.stored, self.groups)
        self.engine = Reusing(self.stored, partial(_search, context.jobs))

    def decided(self, hunks: Sequence[Hunk]) -> DecidedSystem:
        context, compiled, before = self.context, self.compiled, self.before
        found = decide(
            compiled, self.groups, self.engine, context.limits, context.watch, sound=self.sound
        )
        proofs, runs = self._evidence(found)
        now = None if before is None else claims_of(compiled.system, compiled.properties)
        moved, change = self._compared(now)
        recorded = context.catalogue.expected
        results = [written(recorded, compiled, r, runs, r.property in moved) for r in found]
        concealed = self._hidden(change, results, hunks, proofs)
        judged = self._judged(now, change)
        if judged is not None and judged.unknown:
            name = self.asked.system
            unknown = f"not known whether {name} notes and asserts as much: {judged.unknown}"
            concealed = replace(concealed, unknown=(*concealed.unknown, unknown))
        return DecidedSystem(
            system=self.asked.system,
            results=tuple(results),
            how={r.property: self.engine.how.get(r.property, AUDITED) for r in results},
            moved=tuple(moved),
            change=change,
            bundle=self._bundle(proofs, runs),
            departures=_departures(before, self.names, results, hunks) if moved else {},
            judged=judged,
            hidden=concealed,
            assumptions=self._new_assumptions(),
            seconds=0.0,
            warnings=(
                *self.stored.warnings,
                *self._rejections(moved),
                *concealed.warnings,
                *concealed.unknown,
                *((context.cache.complaint,) if context.cache.complaint else ()),
            ),
        )

    def _evidence(self, results: Sequence[Result]) -> tuple[dict[str, Certificate], dict[str, Run]]:
        """What shows each verdict, and which cases are reached; what is new goes into the cache.

        Evidence that is to be stored is worth making small and readable.
        """
        proofs, runs = evidence_of(self.compiled.system, results, self.engine, self.sound)
        new = {goal for goal in (*proofs, *runs) if self._is_new(goal)}
        self.stored.save(
            {goal: proof for goal, proof in proofs.items() if goal in new},
            {goal: run for goal, run in runs.items() if goal in new},
        )
        if self.asked.storing and new:
            self.context.watch(Progress("minimise", 0, self.asked.system))
            proofs = shared(self.compiled, proofs)
        return proofs, runs

    def _is_new(self, goal: str) -> bool:
        return self.engine.how.get(goal, "").startswith("searched")

    def _bundle(self, proofs: Mapping[str, Certificate], runs: Mapping[str, Run]) -> Bundle:
        """What of its evidence is worth storing."""
        if self.asked.groups is None:
            return Bundle.of(self.asked.system, proofs, runs)
        return self.stored.own_with(proofs, runs)

    def _compared(self, now: Behaviour | None) -> tuple[list[str], Difference | None]:
        """The properties that a change may touch, and what it does; new names alone touch none."""
        before = self.before
        if before is None or now is None:
            return [], None
        was, new = before.behaviour, behaviour_of(self.compiled)
        digest = self.stored.digest
        moved = [group for group in self.groups if before.digests.get(group) != digest(group)]
        same = was.possibilities == new.possibilities
        if not moved and same and everything(was.circuit) == everything(new.circuit):
            return [], None
        change = difference(was, new, goals=renamed_goals(before.claims, now))
        return ([] if change.is_idle else moved), change

    def _new_assumptions(self) -> tuple[Assumption, ...]:
        known = None if self.before is None else self.before.assumptions
        if known is None:
            return ()
        return tuple(each for each in assumptions(self.compiled) if each.what not in known)

    def _rejections(self, moved: Sequence[str]) -> Iterator[str]:
        """The stored evidence that is rejected although nothing has changed."""
        still = [group for group in self.groups if group not in moved]
        for group, reason in rejected(self.stored, self.sound, still).items():
            yield f"the stored evidence of {self.asked.system}/{group} is rejected: {reason}"

    def _hidden(
        self,
        change: Difference | None,
        results: Sequence[Result],
        hunks: Sequence[Hunk],
        proofs: Mapping[str, Certificate],
    ) -> Hidden:
        if self.before is None or change is None:
            return Hidden()
        catalogue, name = self.context.catalogue, self.asked.system
        expected = {
            group: catalogue.expected.get(Pair(name, group), Verdict.PROVED)
            for group in self.groups
        }
        known = self.before, self.compiled, change, results
        return hidden(*known, expected.__getitem__, hunks, self._query(proofs))

    def _query(self, proofs: Mapping[str, Certificate]) -> Query:
        """Asks about a system that does nearly the same, with the lemmas that are known."""
        context = self.context
        limits = replace(context.limits, seconds=min(SECONDS, context.limits.seconds or SECONDS))
        known = chain.from_iterable(proof.lemmas for proof in proofs.values())
        engine = _search(1, clauses_from(self.compiled, known))
        return lambda circuit, goals: engine(circuit, goals, limits, context.watch)

    def _judged(self, now: Behaviour | None, change: Difference | None) -> ComparedClaims | None:
        """What is claimed of the system against what was, and what it does where that differs."""
        if self.before is None or now is None:
            return None
        return judged_less(self.before, self.compiled, now, change, self.context.circuits)


def undecided(name: str, results: Sequence[Result]) -> DecidedSystem:
    """The result for a system that was not decided, with the reason."""
    how = {result.property: result.reason for result in results}
    return DecidedSystem(name, tuple(results), how, (), None, Bundle.of(name), {}, 0.0)


def _departures(
    before: Before | None, names: NewNames, results: Sequence[Result], hunks: Sequence[Hunk]
) -> dict[str, Departure]:
    found: dict[str, Departure] = {}
    was = None if before is None else before.behaviour.with_steps(names.steps)
    for result in results:
        if was is not None and isinstance(result.evidence, Trace):
            left = departure(was, result.evidence, hunks)
            if left is not None:
                found[result.property] = left
    return found


def _search(jobs: int, lemmas: Sequence[Clause]) -> Engine:
    """The engine for what has to be searched for."""

    def engine(
        circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch
    ) -> Mapping[str, Answer]:
        return auto(circuit, goals, limits, watch, jobs, lemmas)

    return engine
