"""A trace annotated from the models: its point of no return, and where else it occurs."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import execution_of_trace, same_steps
from verifier.execution.execution import Execution, Stopped
from verifier.language.functions import ModelFunction
from verifier.language.system import System
from verifier.project.catalogue import Catalogue
from verifier.project.findings import finding_of

Compile = Callable[[System, tuple[ModelFunction, ...]], TransitionSystem]

SEARCH_LIMITS = Limits(seconds=5.0)
"""What the search for the point of no return may use."""


def placed(
    trace: Trace,
    execution: Execution,
    catalogue: Catalogue,
    compiled_by: Compile = compile_compared,
) -> Trace:
    """The trace annotated from the models that are available.

    That is its point of no return, the other systems in which it occurs, and the
    project's page about it.
    """
    if not trace.conjunct:
        return trace
    explanation = replace(
        trace.explanation,
        doomed=trace.explanation.doomed or _unavoidable_step(trace, execution, compiled_by),
        also_in=_also_violated_in(trace, catalogue),
        finding=finding_of(catalogue.root, f"{trace.system}/{trace.property}"),
    )
    return replace(trace, explanation=explanation)


def _also_violated_in(trace: Trace, catalogue: Catalogue) -> tuple[str, ...]:
    """The other systems in which the same steps lead to the same violation."""
    return tuple(
        name
        for name, system in catalogue.systems.items()
        if name != trace.system
        and violating(same_steps(system, catalogue.properties_of(system), trace), trace)
    )


def violating(execution: Execution | Stopped, trace: Trace) -> Execution | None:
    """An execution that violates the claim that a trace violates; None where it does not."""
    if isinstance(execution, Stopped) or execution.violation(trace.property) != trace.conjunct:
        return None
    return execution


def _unavoidable_step(trace: Trace, execution: Execution, compiled_by: Compile) -> int:
    """The step after which the violation is unavoidable; 0 where that is not known."""
    from verifier.explain.point_of_no_return import unavoidable_after

    compiled = compiled_by(execution.system, tuple(execution.properties))
    followed = execution_of_trace(execution.system, execution.properties, trace)
    if trace.property not in compiled.circuit.bad or isinstance(followed, Stopped):
        return 0
    return unavoidable_after(compiled, followed, trace.property, SEARCH_LIMITS)
