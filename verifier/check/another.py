"""A counterexample that goes another way: leaving steps out of it does not give the known one.

Why so: docs/decisions/0032-another-counterexample.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from verifier.check.result import Result
from verifier.circuit.aig import TRUE
from verifier.circuit.circuit import Circuit, Latch, tidied
from verifier.compiler.one_assertion import without_assertion
from verifier.compiler.selector import selecting
from verifier.compiler.transition_system import ASSERTIONS, TransitionSystem
from verifier.engines.portfolio import auto
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Proved, Unknown, Verdict, Violated, Watch, silent
from verifier.execution.conversions import execution_along
from verifier.execution.execution import Stopped
from verifier.explain.counterexample import story_of, trace_of
from verifier.language.errors import ToolFailure

SEEN = "seen:"
"""How latches begin that count the steps of the known execution; no field has a colon."""


def another(
    compiled: TransitionSystem, known: Trace, limits: Limits, watch: Watch = silent
) -> Trace | Result:
    """A counterexample without the steps of a known one in their order; else why there is none.

    Steps are compared by kind, whatever their choices. So the known execution with a step more is
    no other one, and a shortest other one has no step that could be left out. Where another
    assertion can fail than the known one, that is another counterexample, whatever its steps.
    """
    goal, system = known.property, compiled.system
    failing = other_assertion(compiled, known, limits, watch) if goal == ASSERTIONS else None
    if failing is not None:
        return failing
    kinds = [stride.step for stride in known.steps]
    circuit = avoiding(compiled, goal, kinds)
    verdict = auto(circuit, [goal], limits, watch)[goal]
    if not isinstance(verdict, Violated):
        return _none(known, verdict)
    execution = execution_along(replace(compiled, circuit=circuit), verdict.path)
    trace = trace_of(compiled, execution, goal, False, explain=True)
    if isinstance(trace, Stopped):
        raise ToolFailure(
            f"another counterexample to {system.name}/{goal} does not replay: {trace}"
        )
    return trace


def other_assertion(
    compiled: TransitionSystem, known: Trace, limits: Limits, watch: Watch = silent
) -> Trace | None:
    """An execution that fails another assertion than a known one; None where none is found."""
    circuit = without_assertion(compiled.system, known.conjunct)
    if circuit is None:
        return None
    verdict = auto(circuit, [ASSERTIONS], limits, watch)[ASSERTIONS]
    if not isinstance(verdict, Violated):
        return None
    execution = execution_along(replace(compiled, circuit=circuit), verdict.path)
    execution = execution.to_first_violation(ASSERTIONS)
    trace = story_of(compiled, execution, ASSERTIONS, False, explain=True)
    if isinstance(trace, Stopped) or trace.conjunct == known.conjunct:
        raise ToolFailure(f"another assertion of {compiled.system.name} does not fail: {trace}")
    return trace


def _none(known: Trace, verdict: Proved | Unknown) -> Result:
    """That every one takes these steps, or that no other one is known."""
    taken = _in_order([stride.step for stride in known.steps])
    if isinstance(verdict, Unknown):
        kind, reason = Verdict.UNKNOWN, f"no other counterexample; {verdict.reason}"
    else:
        kind = Verdict.PROVED
        reason = f"every counterexample takes {taken}, in this order" * bool(taken)
        reason += ", whatever it takes before, between and after" * bool(taken)
    name, goal, engine = known.system, known.property, verdict.engine
    depth, seconds = verdict.depth, verdict.seconds
    return Result(name, goal, kind, engine, depth, seconds, None, reason or "it fails at the start")


def avoiding(compiled: TransitionSystem, goal: str, kinds: Sequence[str]) -> Circuit:
    """The circuit in which a goal counts only where steps of some kinds were not taken in order."""
    whole = compiled.circuit
    circuit, _ = tidied(Circuit(whole.graph, whole.inputs, whole.latches, {goal: whole.bad[goal]}))
    graph, latches = circuit.graph, list[Latch]()
    before = after = TRUE
    for place, name in enumerate(kinds):
        seen = graph.variable()
        after = graph.either(seen, graph.both(before, _selected(compiled, circuit, name)))
        latches.append(Latch(f"{SEEN}{place}", seen, after, False))
        before = seen
    bad = graph.both(circuit.bad[goal], after ^ 1)
    made, _ = tidied(Circuit(graph, circuit.inputs, (*circuit.latches, *latches), {goal: bad}))
    return made


def _selected(compiled: TransitionSystem, circuit: Circuit, step: str) -> int:
    """Whether inputs select a step."""
    system = compiled.system
    literals = {bit.name: bit.literal for bit in circuit.inputs}
    code = system.actions.index(system.action(step)) + 1
    wanted = selecting(code, literals)
    return circuit.graph.all(literals[name] ^ (not value) for name, value in wanted.items())


def _in_order(kinds: Sequence[str]) -> str:
    """Kinds of steps in words; equal ones in a row are counted."""
    runs = [(name, len(list(run))) for name, run in groupby(kinds)]
    return ", ".join(f"`{name}`" + f" {number} times" * (number > 1) for name, number in runs)
