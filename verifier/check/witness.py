"""An execution in which a case occurs that a property counts on, or a step fires."""

from __future__ import annotations

from verifier.check.result import Result
from verifier.circuit.circuit import Circuit
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.portfolio import auto
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Proved, Unknown, Verdict, Violated, Watch, silent
from verifier.execution.conversions import execution_along
from verifier.execution.execution import Stopped
from verifier.explain.choice_minimisation import minimise
from verifier.explain.counterexample import case_trace
from verifier.language.errors import ToolFailure
from verifier.language.goals import case_goal, step_goal


def occurrence(
    compiled: TransitionSystem, name: str, limits: Limits, watch: Watch = silent
) -> Trace | Result:
    """A shortest execution that ends as a case occurs or a step fires; else why there is none.

    Choices that it does not need have their default.
    """
    goal = goal_of(compiled.circuit, name)
    verdict = auto(compiled.circuit, [goal], limits, watch)[goal]
    if not isinstance(verdict, Violated):
        return _missing(compiled.system.name, name, verdict)
    path = minimise(compiled.circuit, goal, verdict.path)
    trace = case_trace(execution_along(compiled, path), name)
    if isinstance(trace, Stopped):
        raise ToolFailure(
            f"{verdict.engine}'s execution to `{name}` of {compiled.system.name} does not replay: "
            f"{trace}"
        )
    return trace


def goal_of(circuit: Circuit, name: str) -> str:
    """The goal of a circuit that is a case or step of that name."""
    return next(goal for goal in (case_goal(name), step_goal(name)) if goal in circuit.bad)


def _missing(system: str, name: str, verdict: Proved | Unknown) -> Result:
    kind, says = Verdict.VACUOUS, f"`{name}` never occurs"
    if isinstance(verdict, Unknown):
        kind, says = Verdict.UNKNOWN, f"not known whether `{name}` occurs: {verdict.reason}"
    return Result(system, name, kind, verdict.engine, verdict.depth, verdict.seconds, None, says)
