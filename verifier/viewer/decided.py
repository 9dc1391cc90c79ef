"""Which functions of a step decided, and by which conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.calls import Branched, Entered
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.headline import wrong_outcome
from verifier.viewer.markup import Line, Row, inert, line, shown, wrapped
from verifier.viewer.trace_index import Reading, acts, calls

LABEL = 18
"""Columns of what begins a line."""


def decided(reading: Reading, columns: int) -> Iterator[Row]:
    """What the kernel decided in the step at fault, and where it found nothing to do."""
    call = reading.trace.steps[faulty_step(reading) - 1].call
    found = [_decision(each) for each in decisions(call)]
    found += [_idleness(each, test) for each, test in idle(call)]
    for place, text in enumerate(found):
        yield from labelled("" if place else "decided in", [text], columns)


def decisions(call: Entered) -> list[Entered]:
    """The innermost functions of a kernel that returned something."""
    found = []
    for each in calls(call):
        if _decides(each) and not any(
            _decides(inner) for inner in calls(each) if inner is not each
        ):
            found.append(each)
    return found


def _decides(call: Entered) -> bool:
    return bool(call.result) and is_kernel_function(call)


def idle(call: Entered) -> Iterator[tuple[Entered, Branched]]:
    """The functions of a kernel that did nothing, with the condition after which they returned."""
    for each in calls(call):
        last = each.entries[-1] if each.entries else None
        if is_kernel_function(each) and not each.result and not acts(each):
            if isinstance(last, Branched) and last.taken and last.reads:
                yield each, last


def _idleness(call: Entered, branch: Branched) -> Line:
    name = (f"{inert(call.function)}()", "step")
    reads = ", ".join(f"{inert(field)}={shown(value)}" for field, value in branch.reads.items())
    return line(name, " changes nothing, as ", (reads, "mark"))  # type: ignore[arg-type]


def _decision(call: Entered) -> Line:
    file = inert(call.source.partition(":")[0])
    decision = f"{inert(call.function)}() = {inert(call.result)}"
    return line((decision, "step"), (f" {file}", "source"))


def faulty_step(reading: Reading) -> int:
    """The step in which the code went wrong: the last one, or where a wrong outcome was before."""
    return wrong_outcome(reading) or reading.steps


def labelled(
    label: str, pieces: Sequence[Line], columns: int, step: int | None = None
) -> Iterator[Row]:
    """Pieces after a label, wrapped."""
    first = line((f"  {label:<{LABEL}}", "level"))
    return (Row(text, step=step) for text in wrapped(first, pieces, LABEL + 2, columns))
