"""What a trace must have beyond its types, so that whoever shows it can rely on it."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.traces import CHOICE, Entered, Trace

DEEPEST = 100
"""Calls within calls beyond which a trace is refused."""
MOST_STEPS = 100_000
LONGEST = 10_000
"""Characters of a name or sentence beyond which a trace is refused."""


def fault(trace: Trace) -> str | None:
    """The first thing that is wrong with it; None where nothing is."""
    return next(_faults(trace), None)


def _faults(trace: Trace) -> Iterator[str]:
    if len(trace.steps) > MOST_STEPS:
        yield f"it has more than {MOST_STEPS} steps"
    named = {name for stride in trace.steps for name in stride.changes}
    known = {*trace.start, *trace.events, *named}
    long = next((name for name in known if len(name) > LONGEST), None)
    if long is not None or max(map(len, (trace.system, trace.property, trace.conjunct))) > LONGEST:
        yield f"it has a name of more than {LONGEST} characters"
    for name in trace.decisive:
        if name not in trace.seen:
            yield f"`{name}` decides what is not looked at"
    for number, stride in enumerate(trace.steps, 1):
        if _depth(stride.call) > DEEPEST:
            yield f"step {number}: calls are nested more than {DEEPEST} deep"
        for cause in (*stride.needs, *(c for causes in stride.because.values() for c in causes)):
            if cause.startswith(CHOICE):
                if cause.removeprefix(CHOICE) not in stride.choices:
                    yield f"step {number}: there is no {cause!r}"
            elif cause not in known:
                yield f"step {number}: there is no field `{cause}`"
        unknown = set(stride.because) - known
        if unknown:
            yield f"step {number}: there is no field `{min(unknown)}`"
    yield from _otherwise_faults(trace)


def _otherwise_faults(trace: Trace) -> Iterator[str]:
    other = trace.otherwise
    if other is not None:
        if not 1 <= other.number <= len(trace.steps):
            yield f"the other execution differs in step {other.number}, which there is not"
        elif other.choice and other.choice not in trace.steps[other.number - 1].choices:
            yield f"step {other.number}: there is no choice `{other.choice}`"
        if not 0 <= other.stops <= len(trace.steps):
            yield f"the other execution stops at step {other.stops}, which there is not"
    if not 0 <= trace.doomed <= len(trace.steps):
        yield f"the violation is settled after step {trace.doomed}, which there is not"


def _depth(call: Entered) -> int:
    """How deep calls are nested, as far as it matters."""
    level, depth = [call], 0
    while level and depth <= DEEPEST:
        depth += 1
        level = [entry for each in level for entry in each.entries if isinstance(entry, Entered)]
    return depth
