"""PDR, also called IC3: inductive invariants found clause by clause.

Bradley: SAT-Based Model Checking without Unrolling. VMCAI 2011.
Een, Mishchenko, Brayton: Efficient Implementation of Property Directed Reachability. FMCAD 2011.
"""

from collections.abc import Sequence

from verifier.circuit.circuit import Circuit
from verifier.circuit.cnf import transition
from verifier.engines.pdr.budget import Budget, Exhausted, Paused
from verifier.engines.pdr.search import Goal, Obligation, Search
from verifier.evidence.verdicts import (
    Invariant,
    Limits,
    Path,
    Proved,
    Unknown,
    Verdict,
    Violated,
    Watch,
    silent,
)

_FIRST_TURN = 5_000


def pdr(
    circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
) -> dict[str, Verdict]:
    """Prove or refute several properties, sharing what is learnt.

    Each goal has its own verdict and, when proved, its own invariant. The goals take turns of
    growing numbers of solver queries, so that a hard one does not keep the others from an answer
    within the limits; equal calls give equal answers. `limits.depth` counts frames.
    """
    budget = Budget(limits)
    circuit = circuit.restricted(goals)
    step = transition(circuit)
    search = Search(
        step, [latch.reset for latch in circuit.latches], budget, limits.depth, watch
    )
    pending = [Goal(name, step.bad[name]) for name in goals]
    verdicts: dict[str, Verdict] = {}
    turn = _FIRST_TURN
    reason = None
    while pending:
        for goal in list(pending):
            budget.give(turn if len(pending) > 1 else None)
            try:
                search.settle(goal)
            except Paused:
                continue
            except Exhausted as exhausted:
                reason = str(exhausted)
                break
            pending.remove(goal)
            verdicts[goal.name] = _verdict(circuit, search, goal, budget, limits.depth)
        if reason:
            break
        turn *= 2
    for goal in pending:
        verdicts[goal.name] = Unknown("pdr", reason, goal.good_steps, budget.seconds)
    return verdicts


def _verdict(circuit, search, goal, budget, depth) -> Verdict:
    if goal.counterexample is not None:
        return Violated("pdr", _path(circuit, goal.counterexample), budget.seconds)
    if goal.proved:
        names = [l.name for l in circuit.latches]
        return Proved("pdr", Invariant(tuple(tuple((names[abs(x)-1], x < 0) for x in lemma.cube) for lemma in search.frames.infinite)), goal.good_steps, budget.seconds)
    return Unknown("pdr", "depth limit", goal.good_steps, budget.seconds)

def _path(circuit, obligation):
    start = {latch.name: bool(latch.reset) for latch in circuit.latches}
    start |= {circuit.latches[abs(x) - 1].name: x > 0 for x in obligation.cube}
    inputs = []
    while obligation:
        inputs.append({bit.name: x > 0 for bit, x in zip(circuit.inputs, obligation.inputs)})
        obligation = obligation.then
    return Path(start, tuple(inputs))
