"""Executions explained and annotated from the models, side by side where that is possible."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from verifier.audit.trace_replay import replayed
from verifier.check.context import Context
from verifier.cli.progress import Reporter
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Progress
from verifier.execution.execution import Stopped
from verifier.explain.annotate import placed
from verifier.explain.counterexample import trace_of_run
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.circuit_cache import Circuits


def stored_counterexample(
    context: Context, pair: Pair, reporter: Reporter, whole: bool
) -> Trace | None:
    """The counterexample that the project stores, if it is still one.

    The `whole` of it is its explanation and where its violation is unavoidable or occurs, which
    do not wait for each other.
    """
    tasks = {"explanation": partial(_stored, context, pair, True)}
    if whole:
        tasks["place"] = partial(_placed, context, pair)
    found = reporter.beside(Progress("explain", 0, str(pair)), tasks)
    trace, place = found["explanation"], found.get("place")
    if not isinstance(trace, Trace):
        return None
    if not isinstance(place, Trace):
        return trace
    known = place.explanation
    explanation = replace(
        trace.explanation, doomed=known.doomed, also_in=known.also_in, finding=known.finding
    )
    return replace(trace, explanation=explanation)


def _stored(context: Context, pair: Pair, explain: bool) -> Trace | None:
    bundle = context.store.bundle(pair.system)
    run = None if bundle is None else bundle.runs.get(pair.property)
    if run is None:
        return None
    return trace_of_run(context.compiled(pair.system), pair.property, run, explain)


def _placed(context: Context, pair: Pair) -> Trace | None:
    trace = _stored(context, pair, False)
    return trace and _annotated(trace, context.catalogue, context.circuits)


def annotated_apart(
    trace: Trace, catalogue: Catalogue, circuits: Circuits, reporter: Reporter
) -> Trace:
    """The trace annotated from the models; unchanged where that is not possible."""
    task = partial(_annotated, trace, catalogue, circuits)
    detail = f"{trace.system}/{trace.property}"
    found = reporter.during(Progress("explain", 0, detail), task)
    return trace if isinstance(found, Lost) else found


def _annotated(trace: Trace, catalogue: Catalogue, circuits: Circuits) -> Trace:
    system = catalogue.system(trace.system)
    execution = replayed(system, catalogue.properties_of(system), trace)
    if isinstance(execution, Stopped):
        return trace
    return placed(trace, execution, catalogue, circuits.compiled)
