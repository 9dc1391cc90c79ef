"""Earlier evidence that still shows what it claims, said by Z3 and by plain replay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from verifier.audit.audit import hold_together, rejection, run_rejection
from verifier.audit.proof_checking import reached
from verifier.check.evidence_lookup import Memory
from verifier.compiler.compiled import Compiled
from verifier.evidence.bundle import Kept, Run
from verifier.evidence.certificates import Certificate
from verifier.execution.conversions import moves_of_run, path_of
from verifier.execution.machine import Stopped, violation
from verifier.language.functions import ModelFunction


def sound_evidence(
    compiled: Compiled, properties: Sequence[ModelFunction], memory: Memory, groups: Collection[str]
) -> dict[str, Run | Certificate]:
    """What is at hand that its audit confirms: by property, and by case that must be reachable.

    The cache is asked only about the properties that the project's own evidence leaves open.
    """
    goals = [goal for goal in compiled.circuit.bad if goal in memory.asked]
    sound = _shown(compiled, properties, lambda _: memory.file, goals)
    left = [group for group in groups if group not in sound and group in compiled.circuit.bad]
    return sound | _shown(compiled, properties, memory.cached, left)


def rejected(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    memory: Memory,
    sound: Mapping[str, Run | Certificate],
    groups: Collection[str],
) -> dict[str, str]:
    """Why what the project keeps about some properties does not show it, where it does not."""
    found: dict[str, str | None] = {}
    for group in groups:
        run, proof = memory.file.runs.get(group), memory.file.certificate(group)
        if group in sound and sound[group] in (run, proof):
            continue
        if run is not None:
            found[group] = run_rejection(compiled, properties, group, run)
        elif proof is not None:
            found[group] = rejection(compiled, properties, proof)
    return {group: reason for group, reason in found.items() if reason is not None}


def _shown(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    kept: Callable[[str], Kept],
    goals: Sequence[str],
) -> dict[str, Run | Certificate]:
    """What is kept about some goals, if it is sound."""
    runs = {goal: run for goal in goals if (run := kept(goal).runs.get(goal)) is not None}
    sound: dict[str, Run | Certificate] = {
        goal: run
        for goal, run in runs.items()
        if ":" not in goal and _violates(compiled, properties, goal, run)
    }
    sound |= leading(compiled, {goal: run for goal, run in runs.items() if ":" in goal})
    proofs = {goal: kept(goal).certificate(goal) for goal in goals if goal not in sound}
    return sound | confirmed(compiled, properties, {g: p for g, p in proofs.items() if p})


def leading(compiled: Compiled, runs: Mapping[str, Run]) -> dict[str, Run]:
    """The executions that still reach their goals, without steps that cannot be taken any more."""
    paths = {goal: path_of(compiled, run) for goal, run in runs.items()}
    found = reached(compiled.circuit, {g: path for g, path in paths.items() if path is not None})
    return {goal: runs[goal].only(taken) for goal, taken in found.items()}


def _violates(
    compiled: Compiled, properties: Sequence[ModelFunction], group: str, run: Run
) -> bool:
    """Whether an execution, replayed on plain values, violates a property."""
    start, moves = moves_of_run(compiled.system, run)
    if isinstance(moves, Stopped) or not moves:
        return False
    return isinstance(violation(compiled.system, properties, group, start, moves), str)


def confirmed(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    certificates: dict[str, Certificate],
) -> dict[str, Certificate]:
    """The proofs that hold: all together, or else one by one."""
    if certificates and hold_together(compiled, list(certificates.values())):
        return certificates
    return {
        goal: certificate
        for goal, certificate in certificates.items()
        if rejection(compiled, properties, certificate) is None
    }
