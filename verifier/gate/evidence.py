"""What shows a system's verdicts: proofs and executions, and counterexamples for people to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from verifier.check.result import Result
from verifier.check.reuse import Reusing
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Verdict
from verifier.execution.conversions import execution_of_run, execution_of_trace, run_of_trace
from verifier.execution.execution import Stopped
from verifier.explain.counterexample import trace_of
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
    proofs = engine.proofs | {g: each for g, each in sound.items() if isinstance(each, Certificate)}
    runs = engine.runs | {goal: each for goal, each in sound.items() if isinstance(each, Run)}
    for result in results:
        if isinstance(result.evidence, Certificate):
            proofs[result.evidence.property] = result.evidence
        elif isinstance(result.evidence, Trace):
            runs[result.property] = run_of_trace(system, result.evidence)
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
    expected = recorded.get(result.pair) == Verdict.VIOLATED
    if result.verdict is not Verdict.VIOLATED or (expected and not moved):
        return result
    system, properties = compiled.system, compiled.properties
    trace: object = result.evidence
    if not isinstance(trace, Trace):
        execution = execution_of_run(system, properties, runs[result.property])
        assert not isinstance(execution, Stopped), FOUND
        trace = trace_of(compiled, execution, result.property, result.is_shortest())
    assert isinstance(trace, Trace), FOUND
    if not expected:
        execution = execution_of_trace(system, properties, trace)
        assert not isinstance(execution, Stopped), FOUND
        trace = explained(compiled, trace, execution)
    return replace(result, evidence=trace)
