"""Earlier evidence put to use: executions that still lead there, lemmas that still hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from verifier.audit.audit import hold_together, rejection, run_rejection
from verifier.audit.proof_checking import reached
from verifier.check.check import verdict_of
from verifier.check.stored_evidence import StoredEvidence
from verifier.circuit.circuit import Circuit
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.contract import Engine
from verifier.evidence.bundle import Bundle, Run
from verifier.evidence.certificates import Certificate, certificate_of
from verifier.evidence.verdicts import Answer, Clause, Limits, Proved, Violated, Watch, silent
from verifier.execution.conversions import execution_along, execution_of_run, path_of, run_of
from verifier.execution.execution import Stopped
from verifier.language.goals import is_claim, is_witness

SearchFrom = Callable[[Sequence[Clause]], Engine]
"""An engine that starts with lemmas which may or may not hold."""


class Reusing:
    """An engine that first looks at what is known from earlier, and notes what is new.

    `how` says for each goal where its verdict comes from; `proofs` and `runs` have what shows of
    cases whether they are reached, those aside that random executions find at once.
    """

    def __init__(self, stored: StoredEvidence, search: SearchFrom) -> None:
        self.how: dict[str, str] = {}
        self.proofs: dict[str, Certificate] = {}
        self.runs: dict[str, Run] = {}
        self._compiled, self._stored, self._search = stored.compiled, stored, search

    def __call__(
        self, circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
    ) -> Mapping[str, Answer]:
        found = self._again(circuit, goals)
        rest = [goal for goal in goals if goal not in found]
        if rest:
            lemmas = self._stored.lemmas()
            searched = self._search(lemmas)(circuit, rest, limits, watch)
            found |= searched
            self.how |= {goal: _searched(searched[goal], lemmas) for goal in rest}
        for goal in goals:
            self._note(goal, found[goal])
        return found

    def _again(self, circuit: Circuit, goals: Sequence[str]) -> dict[str, Answer]:
        """What earlier executions and proofs still show."""
        found: dict[str, Answer] = {}
        runs = {goal: run for goal in goals if (run := next(self._stored.runs(goal), None))}
        for goal, run in leading(self._compiled, runs).items():
            self.how[goal] = "an earlier execution"
            found[goal] = verdict_of(self._compiled, run)
        known = {g: self._stored.cached(g).certificate(g) for g in goals if is_witness(g)}
        proofs = {goal: proof for goal, proof in known.items() if proof and goal not in found}
        for goal, proof in confirmed(self._compiled, proofs).items():
            self.how[goal] = "an earlier proof"
            found[goal] = verdict_of(self._compiled, proof)
        return found

    def _note(self, goal: str, verdict: Answer) -> None:
        if not is_witness(goal):
            return
        if isinstance(verdict, Violated):
            self.runs[goal] = run_of(execution_along(self._compiled, verdict.path))
        elif isinstance(verdict, Proved):
            self.proofs[goal] = certificate_of(self._compiled, goal, verdict)


def _searched(verdict: Answer, lemmas: Sequence[Clause]) -> str:
    """How a search has ended; an execution owes nothing to lemmas."""
    return "searched, from earlier lemmas" if lemmas and isinstance(verdict, Proved) else "searched"


def sound_evidence(stored: StoredEvidence, groups: Collection[str]) -> dict[str, Run | Certificate]:
    """What is stored that its audit confirms: by property, and by case that must be reachable.

    The cache is asked only about the properties that the project's own evidence leaves open.
    """
    compiled = stored.compiled
    goals = [goal for goal in compiled.circuit.bad if goal in stored.asked]
    sound = _shown(compiled, lambda _: stored.own, goals)
    left = [group for group in groups if group not in sound and group in compiled.circuit.bad]
    return sound | _shown(compiled, stored.cached, left)


def rejected(
    stored: StoredEvidence, sound: Mapping[str, Run | Certificate], groups: Collection[str]
) -> dict[str, str]:
    """Why what the project stores about some properties does not show it, where it does not."""
    found: dict[str, str | None] = {}
    for group in groups:
        run, proof = stored.own.runs.get(group), stored.own.certificate(group)
        if group in sound and sound[group] in (run, proof):
            continue
        if run is not None:
            found[group] = run_rejection(stored.compiled, group, run)
        elif proof is not None:
            found[group] = rejection(stored.compiled, proof)
    return {group: reason for group, reason in found.items() if reason is not None}


def _shown(
    compiled: TransitionSystem, about: Callable[[str], Bundle], goals: Sequence[str]
) -> dict[str, Run | Certificate]:
    """What is stored about some goals, if it is sound."""
    runs = {goal: run for goal in goals if (run := about(goal).runs.get(goal)) is not None}
    sound: dict[str, Run | Certificate] = {
        goal: run for goal, run in runs.items() if is_claim(goal) and _violates(compiled, goal, run)
    }
    sound |= leading(compiled, {goal: run for goal, run in runs.items() if is_witness(goal)})
    proofs = {goal: about(goal).certificate(goal) for goal in goals if goal not in sound}
    return sound | confirmed(compiled, {g: p for g, p in proofs.items() if p})


def leading(compiled: TransitionSystem, runs: Mapping[str, Run]) -> dict[str, Run]:
    """The executions that still reach their goals, without steps that cannot be taken any more."""
    paths = {goal: path_of(compiled, run) for goal, run in runs.items()}
    found = reached(compiled.circuit, {g: path for g, path in paths.items() if path is not None})
    return {goal: runs[goal].only(taken) for goal, taken in found.items()}


def _violates(compiled: TransitionSystem, group: str, run: Run) -> bool:
    """Whether an execution, replayed on plain values, violates a property."""
    execution = execution_of_run(compiled.system, compiled.properties, run)
    if isinstance(execution, Stopped) or not execution.moves:
        return False
    return isinstance(execution.violation(group), str)


def confirmed(
    compiled: TransitionSystem, certificates: dict[str, Certificate]
) -> dict[str, Certificate]:
    """The proofs that hold: all together, or else one by one."""
    if certificates and hold_together(compiled, list(certificates.values())):
        return certificates
    return {
        goal: certificate
        for goal, certificate in certificates.items()
        if rejection(compiled, certificate) is None
    }
