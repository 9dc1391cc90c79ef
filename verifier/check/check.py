"""From a compiled system to audited verdicts: search, collect evidence, audit it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from msgspec import structs

from verifier.check.at_rest import least
from verifier.check.certify import audited_proofs, vacuous_proof
from verifier.check.result import Result
from verifier.check.vacuity import Emptiness, emptiness, reached, witness_goals
from verifier.compiler.transition_system import DEADLOCK, TransitionSystem
from verifier.engines.contract import Engine
from verifier.evidence.bundle import Run
from verifier.evidence.certificates import Certificate, clauses_from
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import (
    Answer,
    Induction,
    Invariant,
    Limits,
    Path,
    Progress,
    Proved,
    Unknown,
    Verdict,
    Violated,
    Watch,
    silent,
)
from verifier.execution.conversions import execution_along, path_of
from verifier.execution.execution import Stopped
from verifier.execution.machine import ASSERTIONS
from verifier.explain.counterexample import trace_of
from verifier.language.errors import ModelError, ToolFailure

AGAIN = "replay"
"""What finds a violation by an earlier execution, which may not be the shortest any more."""


def decide(
    compiled: TransitionSystem,
    groups: Iterable[str],
    engine: Engine,
    limits: Limits,
    watch: Watch = silent,
    minimal: bool = False,
    sound: Mapping[str, Run | Certificate] | None = None,
) -> list[Result]:
    """Decide some properties of a compiled system, with audited evidence for each.

    Evidence that people will read or store is worth the time that `minimal` lemmas and explained
    counterexamples take. `sound` has evidence that was just audited, of properties and of cases
    that must be reachable: for those nothing is searched. A violation is shown as soon as an engine
    has found it, as the result that is `found` in the progress; a later one may be shorter.
    """
    deciding = _Deciding(compiled, engine, limits, watch, minimal, sound or {})
    return deciding.results(list(groups))


@dataclass
class _Deciding:
    """The properties of one system, while they are decided; see `decide`."""

    compiled: TransitionSystem
    engine: Engine
    limits: Limits
    watch: Watch
    minimal: bool
    sound: Mapping[str, Run | Certificate]
    replayed: dict[str, tuple[Path, Result]] = field(default_factory=dict)
    """Violations that were shown when they were found, with their paths."""

    def results(self, wanted: list[str]) -> list[Result]:
        """The result of each property: searched, then audited, then asked whether it is vacuous."""
        _refuse_absent(self.compiled, wanted)
        verdicts = self._searched(wanted)
        witnesses = witness_goals(self.compiled.system, self.compiled.properties, wanted)
        occur = self._occurring(wanted, verdicts, witnesses)
        proved, begin = _proved_of(verdicts), perf_counter()
        proofs = audited_proofs(self.compiled, proved, self.minimal, self.watch)
        share = (perf_counter() - begin) / max(1, len(proofs))
        missing = self._missing(occur)
        results = []
        for group in wanted:
            if group in self.sound:
                result = _again(self.compiled.system.name, group, self.sound[group])
            elif group in proofs:
                result = _proved(group, proofs[group], proved[group].seconds + share)
            else:
                result = self._result(group, verdicts.get(group))
            if result.verdict is Verdict.PROVED:
                result = self._unless_vacuous(result, witnesses[group], occur, missing)
            results.append(result)
        return results

    def _searched(self, wanted: Sequence[str]) -> Mapping[str, Answer]:
        """What the engine says of properties without sound evidence."""
        in_circuit = self.compiled.circuit.bad
        goals = [group for group in wanted if group in in_circuit and group not in self.sound]
        if not goals:
            return {}
        answers = self.engine(self.compiled.circuit, goals, self.limits, self._seen)
        return {goal: self._least(goal, answer) for goal, answer in answers.items()}

    def _least(self, goal: str, answer: Answer) -> Answer:
        if isinstance(answer, Violated):
            return least(self.compiled, goal, answer, self.limits)
        return answer

    def _seen(self, progress: Progress) -> None:
        """Pass progress on; a violation in it as a result."""
        found = progress.found
        if isinstance(found, Violated):
            path, result = self.replayed.get(progress.detail, (None, None))
            if result is None or path != found.path:
                result = _violated(self.compiled, progress.detail, found, False)
                self.replayed[progress.detail] = found.path, result
            found = result
        self.watch(replace(progress, found=found))

    def _occurring(
        self,
        wanted: Sequence[str],
        verdicts: Mapping[str, Answer],
        witnesses: Mapping[str, Sequence[str]],
    ) -> dict[str, Answer]:
        """Whether the cases occur that must for the properties that hold."""
        open_or_violated = {g for g, each in verdicts.items() if not isinstance(each, Proved)}
        open_or_violated |= {g for g, each in self.sound.items() if isinstance(each, Run)}
        held = [group for group in wanted if group not in open_or_violated]
        required = sorted({witness for group in held for witness in witnesses[group]})
        unknown = [witness for witness in required if witness not in self.sound]
        circuit = self.compiled.circuit
        occur = dict(reached(circuit, unknown, self.engine, self.limits, self.watch))
        known = [witness for witness in required if witness in self.sound]
        return occur | {
            witness: verdict_of(self.compiled, self.sound[witness]) for witness in known
        }

    def _missing(self, occur: Mapping[str, Answer]) -> dict[str, Certificate]:
        """Proofs that cases do not occur."""
        dead = _proved_of(occur)
        searched = {witness: each for witness, each in dead.items() if witness not in self.sound}
        missing = audited_proofs(self.compiled, searched, self.minimal, self.watch)
        for witness in dead:
            if isinstance(known := self.sound.get(witness), Certificate):
                missing[witness] = known
        return missing

    def _unless_vacuous(
        self,
        result: Result,
        cases: Sequence[str],
        occur: Mapping[str, Answer],
        missing: Mapping[str, Certificate],
    ) -> Result:
        """A property that holds, or that it says nothing, with what is unreachable."""
        empty = _empty(self.compiled, result.property, emptiness(cases, occur))
        if empty is None or empty.verdict is not Verdict.VACUOUS:
            return empty or result
        case = next(missing[witness] for witness in cases if witness in missing)
        if not self.minimal:
            return replace(empty, evidence=case)
        proof = result.evidence if isinstance(result.evidence, Certificate) else None
        return replace(empty, evidence=vacuous_proof(self.compiled, proof, case))

    def _result(self, group: str, verdict: Answer | None) -> Result:
        """What a search says that has no proof; nothing was searched where there are only cases.

        A path that was replayed when it was found is not replayed again, unless it is explained.
        """
        name = self.compiled.system.name
        if isinstance(verdict, Violated):
            path, result = self.replayed.get(group, (None, None))
            if result is not None and path is verdict.path and not self.minimal:
                return _as_short(result, verdict)
            if self.minimal:
                self.watch(Progress("explain", verdict.depth, f"{name}/{group}"))
            return _violated(self.compiled, group, verdict, self.minimal)
        if isinstance(verdict, Unknown):
            engine, depth, seconds = verdict.engine, verdict.depth, verdict.seconds
            unknown = Verdict.UNKNOWN
            return Result(name, group, unknown, engine, depth, seconds, None, verdict.reason)
        return Result(name, group, Verdict.PROVED, "simulation", 0, 0.0, None)


def _proved_of(verdicts: Mapping[str, Answer]) -> dict[str, Proved]:
    return {goal: each for goal, each in verdicts.items() if isinstance(each, Proved)}


def _again(name: str, group: str, evidence: Run | Certificate) -> Result:
    """The verdict of stored evidence."""
    if isinstance(evidence, Certificate):
        return _proved(group, evidence, 0.0)
    return Result(name, group, Verdict.VIOLATED, AGAIN, len(evidence.moves), 0.0, None)


def _proved(group: str, proof: Certificate, seconds: float) -> Result:
    return Result(proof.system, group, Verdict.PROVED, proof.engine, proof.depth, seconds, proof)


def verdict_of(compiled: TransitionSystem, evidence: Run | Certificate) -> Answer:
    """The verdict that evidence is about, in a circuit's words."""
    if isinstance(evidence, Certificate):
        invariant = Invariant(tuple(clauses_from(compiled, evidence.lemmas)))
        induction = Induction(evidence.induction, evidence.simple_path)
        return Proved(evidence.engine, invariant, evidence.depth, 0.0, induction)
    path = path_of(compiled, evidence)
    assert path is not None, "the execution has just been audited"
    return Violated(AGAIN, path, 0.0)


def _refuse_absent(compiled: TransitionSystem, groups: Sequence[str]) -> None:
    """Raise ModelError where a property is asked for that the system does not have."""
    known = {function.group for function in compiled.properties}
    known |= {ASSERTIONS, DEADLOCK} & compiled.circuit.bad.keys()
    absent = [group for group in groups if group not in known]
    if absent:
        what = f"`{compiled.system.name}` has no property `{absent[0]}`"
        raise ModelError(what, help="nothing can be expected of it: take it out of verdicts.toml")


def _empty(compiled: TransitionSystem, group: str, found: Emptiness | None) -> Result | None:
    """Vacuous, or unknown whether it is, where a witness is missing."""
    if found is None:
        return None
    first, depth = found.first, found.first.depth if isinstance(found.first, Unknown) else 0
    name = compiled.system.name
    return Result(
        name, group, found.verdict, first.engine, depth, first.seconds, None, found.reason
    )


def _as_short(result: Result, verdict: Violated) -> Result:
    """A result that was shown when it was found, with what has become known since."""
    assert isinstance(result.evidence, Trace), "it was replayed"
    trace = structs.replace(result.evidence, shortest=verdict.shortest)
    good, seconds = verdict.good_steps, verdict.seconds
    return replace(result, good_steps=good, seconds=seconds, evidence=trace)


def _violated(compiled: TransitionSystem, group: str, verdict: Violated, explain: bool) -> Result:
    execution = execution_along(compiled, verdict.path)
    trace = trace_of(compiled, execution, group, verdict.shortest, explain)
    if isinstance(trace, Stopped):
        raise ToolFailure(
            f"{verdict.engine}'s counterexample to {compiled.system.name}/{group} does not replay: "
            f"{trace}"
        )
    return Result(
        compiled.system.name,
        group,
        Verdict.VIOLATED,
        verdict.engine,
        len(trace.steps),
        verdict.seconds,
        trace,
        good_steps=verdict.good_steps,
    )
