"""Earlier evidence that still shows what it claims, said by Z3 and by plain replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verifier.evidence.audit import hold_together, rejection
from verifier.evidence.certificates import Certificate
from verifier.evidence.recording import logged
from verifier.evidence.replay import Stopped, violation
from verifier.evidence.runs import moves_of_run
from verifier.evidence.traces import Trace
from verifier.gate.memory import Memory
from verifier.language.compiling import Compiled
from verifier.language.functions import ModelFunction


def sound_evidence(
    compiled: Compiled, properties: Sequence[ModelFunction], memory: Memory, groups: Iterable[str]
) -> dict[str, Trace | Certificate]:
    """What is at hand that its audit confirms, by property, and by case that is not reachable."""
    sound: dict[str, Trace | Certificate] = {}
    for group in groups:
        trace = _violated(compiled, properties, memory, group)
        if trace is not None:
            sound[group] = trace
    for kept in (lambda _: memory.file, memory.cached):
        open_goals = [goal for goal in compiled.circuit.bad if goal not in sound]
        proofs = {goal: kept(goal).certificate(goal) for goal in open_goals}
        sound |= _confirmed(compiled, properties, {g: p for g, p in proofs.items() if p})
    return sound


def _violated(
    compiled: Compiled, properties: Sequence[ModelFunction], memory: Memory, group: str
) -> Trace | None:
    """The first execution at hand that violates a property, replayed on plain values."""
    system = compiled.system
    for run in memory.runs(group):
        start, moves = moves_of_run(system, run)
        if isinstance(moves, Stopped) or not moves:
            continue
        conjunct = violation(system, properties, group, start, moves)
        if isinstance(conjunct, str):
            matters: list[tuple[str, ...]] = [()] * len(moves)
            return logged(system, properties, group, conjunct, "bmc", start, moves, matters)
    return None


def _confirmed(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    certificates: Mapping[str, Certificate],
) -> dict[str, Trace | Certificate]:
    """The proofs that hold: all in one question, or else one by one."""
    if certificates and hold_together(compiled, list(certificates.values())):
        return dict(certificates)
    return {
        goal: certificate
        for goal, certificate in certificates.items()
        if rejection(compiled, properties, certificate) is None
    }
