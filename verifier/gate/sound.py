"""Earlier evidence that still shows what it claims, said by Z3 and by plain replay."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from verifier.evidence.audit import hold_together, rejection
from verifier.evidence.certificates import Certificate
from verifier.evidence.kept import Run
from verifier.evidence.replay import Stopped, violation
from verifier.evidence.runs import moves_of_run
from verifier.gate.memory import Memory
from verifier.language.compiling import Compiled
from verifier.language.functions import ModelFunction


def sound_evidence(
    compiled: Compiled, properties: Sequence[ModelFunction], memory: Memory, groups: Collection[str]
) -> dict[str, Run | Certificate]:
    """What is at hand that its audit confirms, by property, and by case that is not reachable.

    The cache is asked only about what the project's own evidence leaves open.
    """
    sound: dict[str, Run | Certificate] = {}
    for kept in (lambda _: memory.file, memory.cached):
        left = [goal for goal in compiled.circuit.bad if goal not in sound]
        runs = {goal: kept(goal).runs.get(goal) for goal in left if goal in groups}
        for goal, run in runs.items():
            if run is not None and _violates(compiled, properties, goal, run):
                sound[goal] = run
        proofs = {goal: kept(goal).certificate(goal) for goal in left if goal not in sound}
        sound |= _confirmed(compiled, properties, {g: p for g, p in proofs.items() if p})
    return sound


def _violates(
    compiled: Compiled, properties: Sequence[ModelFunction], group: str, run: Run
) -> bool:
    """Whether an execution, replayed on plain values, violates a property."""
    start, moves = moves_of_run(compiled.system, run)
    if isinstance(moves, Stopped) or not moves:
        return False
    return isinstance(violation(compiled.system, properties, group, start, moves), str)


def _confirmed(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    certificates: Mapping[str, Certificate],
) -> Mapping[str, Certificate]:
    """The proofs that hold: all together, or else one by one."""
    if certificates and hold_together(compiled, list(certificates.values())):
        return certificates
    return {
        goal: certificate
        for goal, certificate in certificates.items()
        if rejection(compiled, properties, certificate) is None
    }
