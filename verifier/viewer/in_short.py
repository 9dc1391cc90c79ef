"""What is wrong, in a few lines: what happened, who decided it, going by what, and the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifier.evidence.traces import CHOICE, Entered
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.contract import differences
from verifier.viewer.levels import PROMISED, Levels, group_of, hardware_of
from verifier.viewer.lines import Line, Span, inert, line, shown, words
from verifier.viewer.reading import Reading, calls
from verifier.viewer.timeline import described
from verifier.viewer.why import COLUMNS, wrapped

SHARED = f"{PROMISED}cpu.vmcss[VMCS01]."
"""The contract CPU's VMCS is the VMCS12 of the delivered one."""
REASON = "exit.reason"
LABEL = 13
"""Columns of what begins a line."""
MOST = 8
"""Fields named in a line before the rest is counted."""

OUTCOMES = {
    "DONE": ("complete", "completes"),
    "EXIT": ("exit to L1", "exits to L1"),
    "NM": ("raise #NM", "raises #NM"),
    "UD": ("raise #UD", "raises #UD"),
    "GP": ("raise #GP", "raises #GP"),
    "MF": ("raise #MF", "raises #MF"),
    "VMFAIL": ("be refused by the CPU", "is refused by the CPU"),
}


@dataclass(frozen=True)
class Brief:
    """A line, and the step that it leads to."""

    text: Line
    step: int | None = None


def in_short(reading: Reading, levels: Levels, columns: int = COLUMNS) -> Iterator[Brief]:
    """The violation as one would tell it to somebody who knows the code, but not the bug."""
    trace = reading.trace
    yield Brief(line(("✗ ", "wrong"), *what_happened(reading, levels)), reading.steps)
    again = repeated(reading, levels)
    if again is not None:
        earlier, number = again
        text = f"  step {number} is step {earlier} again: "
        now = described(trace.steps[number - 1])
        yield Brief((*line(text), *now, (f"  {levels.passage(number).label}", "level")), number)
    if not reading.is_explained:
        return
    for place, call in enumerate(decisions(trace.steps[-1].call)):
        yield from _told("" if place else "decided in", [_decision(call)], columns)
    sides = belief_and_truth(reading, levels)
    for label, causes, before in sides:
        yield from _causes(reading, label, causes, before, columns)
    if not any(causes for _, causes, _ in sides):
        yield from _causes(reading, "seen", list(trace.seen), reading.steps + 1, columns)
    if 0 < trace.doomed < reading.steps:
        told = line(f"after step {trace.doomed} nothing that anybody chooses avoids it")
        yield from _told("unavoidable", [told], columns, trace.doomed)
    yield from _avoided(reading, columns)


def what_happened(reading: Reading, levels: Levels) -> Line:
    """What the guest saw and should have seen; else the claim that is violated."""
    last = reading.steps
    names = [f"outcome.{name}" for name in ("instruction", "outcome", "promised")]
    if all(map(reading.has, names)):
        instruction, outcome, promised = (shown(reading.value(n, last)) for n in names)
        if outcome != promised:
            should = OUTCOMES.get(promised, (promised, ""))[0]
            does = OUTCOMES.get(outcome, ("", outcome))[1]
            who = _guest(levels, last)
            return line(
                f"{who}'s {instruction} should ", (should, "good"), ", but it ", (does, "wrong")
            )
    return line(("violated: ", "wrong"), words(reading.trace.conjunct))


def _guest(levels: Levels, number: int) -> str:
    """Who ran last that is not the host."""
    ran = (levels.at(step) for step in reversed(range(number)))
    return next((level for level in ran if level not in ("L0", "")), "the guest")


def repeated(reading: Reading, levels: Levels) -> tuple[int, int] | None:
    """The last exit and an earlier one of the same instruction, where nothing but that counts."""
    exits = [n for n in range(1, reading.steps + 1) if levels.passage(n).kind == "exit"]
    if not exits or differences(reading, reading.steps):
        return None
    last = exits[-1]
    seen = _exit(reading, levels, last)
    earlier = (n for n in reversed(exits[:-1]) if _exit(reading, levels, n) == seen)
    found = next(earlier, None)
    return (found, last) if found is not None else None


def _exit(reading: Reading, levels: Levels, number: int) -> tuple[object, ...]:
    stride, passage = reading.trace.steps[number - 1], levels.passage(number)
    return stride.step, tuple(stride.choices.items()), passage.start, passage.label


def decisions(call: Entered) -> list[Entered]:
    """The innermost functions of a kernel that told their callers something."""
    found = []
    for each in calls(call):
        if _tells(each) and not any(_tells(inner) for inner in calls(each) if inner is not each):
            found.append(each)
    return found


def _tells(call: Entered) -> bool:
    return bool(call.result) and is_kernel_function(call)


def _decision(call: Entered) -> Line:
    file = inert(call.source.partition(":")[0])
    told = f"{inert(call.function)}() = {inert(call.result)}"
    return line((told, "step"), (f" {file}", "source"))


Side = tuple[str, list[str], int]
"""What it is called, the fields, and the step before which they had the values that count."""


def belief_and_truth(reading: Reading, levels: Levels) -> tuple[Side, Side]:
    """What the code at fault goes by, and what it should go by.

    For an outcome that differs these are what only the delivered one and only the promised one
    hang on; else what the kernel's own fields say, and what the processor exited for.
    """
    because = reading.trace.steps[-1].because if reading.steps else {}
    for one, _, _ in differences(reading, reading.steps):
        delivered, promised = because.get(one.delivered), because.get(one.promised)
        if delivered and promised:
            ours = [cause for cause in delivered if not _within(cause, promised)]
            theirs = [cause for cause in promised if not _within(cause, delivered)]
            last = reading.steps
            return (
                ("believing", _telling(levels, ours), last),
                ("in truth", _telling(levels, theirs), last),
            )
    hardware = hardware_of(reading)
    causes = dict.fromkeys(
        cause for field in reading.trace.decisive for cause in because.get(field, ())
    )
    own = [c for c in causes if hardware is None or not c.startswith(hardware)]
    truth, before = _exit_causes(reading, list(causes), hardware)
    return ("believing", _telling(levels, own), reading.steps), ("in truth", truth, before)


def _within(cause: str, others: Sequence[str]) -> bool:
    """Whether the other one hangs on it, too, by the name that it has there."""
    name = cause.removeprefix(SHARED)
    return any(other.endswith(f"vmcs12.{name}") or other == cause for other in others) or any(
        other.startswith(SHARED) and cause.endswith(f"vmcs12.{other.removeprefix(SHARED)}")
        for other in others
    )


def _telling(levels: Levels, causes: Sequence[str]) -> list[str]:
    """Without what the timeline shows, bookkeeping, and choices."""
    return [
        cause
        for cause in causes
        if group_of(cause) in ("L0", "L1", "L2")
        and not cause.startswith(CHOICE)
        and not cause.endswith((REASON, "exit.access"))
        and cause != levels.guest_mode
    ]


def _exit_causes(
    reading: Reading, causes: Sequence[str], hardware: str | None
) -> tuple[list[str], int]:
    """The bits of the processor, set if there are any, for which the guest was left; and when."""
    reason = next((cause for cause in causes if cause.endswith(REASON)), None)
    if reason is None or hardware is None:
        return [], reading.steps
    for number in range(reading.steps, 0, -1):
        found = reading.trace.steps[number - 1].because.get(reason, ())
        inside = [cause for cause in found if cause.startswith(hardware)]
        bits = [c for c in inside if isinstance(reading.value(c, number - 1), bool)]
        if bits:
            return [c for c in bits if reading.value(c, number - 1)] or bits, number
    return [], reading.steps


def _causes(
    reading: Reading, label: str, causes: Sequence[str], before: int, columns: int
) -> Iterator[Brief]:
    if not causes:
        return
    pieces, last = [], 0
    for cause in causes[:MOST]:
        at = reading.origin(cause, before - 1)
        last = max(last, at)
        value = shown(reading.value(cause, before - 1))
        when = f"step {at}" if at else "from the start"
        comma = "," * (cause != causes[-1])
        pieces.append(line((f"{inert(cause)}={value}", "mark"), (f" ({when}){comma}", "source")))
    if len(causes) > MOST:
        pieces.append(line((f"and {len(causes) - MOST} more", "source")))
    yield from _told(label, pieces, columns, last or None)


def _avoided(reading: Reading, columns: int) -> Iterator[Brief]:
    other = reading.trace.otherwise
    if other is None:
        return
    step = inert(reading.trace.steps[other.number - 1].step)
    if other.choice:
        choice: Span = (f"{inert(other.choice)}={shown(other.instead)}", "choice")
        comma = "," * (other.turn is not None)
        pieces = [line(choice, f" in step {other.number}{comma}")]
    else:
        pieces = [line(f"step {other.number}, {step}, is left out")]
    if other.turn is not None:
        way = "no" if other.turn.taken else "yes"
        pieces.append(line((f"as {inert(other.turn_in)}() then finds", "source")))
        words_of_test = f"`{inert(other.turn.test)}`:".split()
        pieces += [line((word, "source")) for word in words_of_test]
        pieces.append(line(way))
    yield from _told("avoided if", pieces, columns, other.number)


def _told(
    label: str, pieces: Sequence[Line], columns: int, step: int | None = None
) -> Iterator[Brief]:
    first = line((f"  {label:<{LABEL}}", "level"))
    for text in wrapped(first, pieces, LABEL + 2, columns):
        yield Brief(text, step)
