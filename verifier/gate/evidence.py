"""What shows a system's verdicts: proofs and executions, and counterexamples for people to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from verifier.audit.trace_replay import moves_of
from verifier.check.check import Result
from verifier.check.reuse import Reusing
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Verdict
from verifier.execution.conversions import moves_of_run
from verifier.execution.machine import Stopped
from verifier.explain.counterexample import trace_of_moves
from verifier.explain.explain import explained
from verifier.language.system import System
from verifier.project.catalogue import Pair

FOUND = "the execution has just been found or audited"


def evidence_of(
    system: System,
    results: Sequence[Result],
    engine: Reusing,
    sound: Mapping[str, Run | Certificate],
) -> tuple[dict[str, Certificate], dict[str, Run]]:
    """What shows each verdict, and which cases are reached."""
    proofs, runs = dict(engine.proofs), dict(engine.runs)
    for goal, evidence in sound.items():
        if isinstance(evidence, Run):
            runs[goal] = evidence
        else:
            proofs[goal] = evidence
    for result in results:
        if isinstance(result.evidence, Certificate):
            proofs[result.evidence.property] = result.evidence
        elif isinstance(result.evidence, Trace):
            trace = result.evidence
            start = {f: value for f, value in trace.start.items() if system.is_arbitrary(f)}
            moves = tuple((stride.step, stride.choices) for stride in trace.steps)
            runs[result.property] = Run(start, moves)
    return proofs, runs


def written(
    recorded: Mapping[Pair, Verdict],
    compiled: TransitionSystem,
    result: Result,
    runs: Mapping[str, Run],
    moved: bool,
) -> Result:
    """The result with its counterexample written down, if people will read it.

    They read what is not expected, with its causes, and where a change has moved the execution.
    """
    expected = recorded.get(Pair(result.system, result.property)) == Verdict.VIOLATED
    if result.verdict is not Verdict.VIOLATED or (expected and not moved):
        return result
    start, moves = moves_of_run(compiled.system, runs[result.property])
    assert not isinstance(moves, Stopped), FOUND
    trace = result.evidence
    if not isinstance(trace, Trace):
        written = trace_of_moves(compiled, result.property, start, moves, result.shortest)
        assert not isinstance(written, Stopped), FOUND
        trace = written
    if not expected:
        moves = moves_of(compiled.system, trace)
        assert not isinstance(moves, Stopped), FOUND
        trace = explained(compiled, trace, start, moves)
    return replace(result, evidence=trace)
