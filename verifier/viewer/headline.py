"""A violation in one sentence: what was observed or is still due, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from verifier.evidence.traces import Trace
from verifier.language.presentation import Seen
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.claims import failing_claim, sentence
from verifier.viewer.contract import differences, first_difference
from verifier.viewer.markup import Line, Span, inert, line
from verifier.viewer.trace_index import Reading, calls


@dataclass(frozen=True)
class Owed:
    """An expected observation that never comes, and the step since which it is due."""

    seen: Seen
    since: int


def what_happened(reading: Reading) -> Line:
    """What was observed, or is still due, and what was expected, or the presentation's sentence.

    Where none of that is known, the violated claim.
    """
    number = wrong_outcome(reading)
    if number is not None:
        return _seen_wrongly(reading, number)
    waiting = owed(reading)
    if waiting is not None:
        return _still_waiting(reading, waiting)
    if reading.trace.headline:
        return line(*map(_span, reading.trace.headline))
    if reading.trace.failure.blocked:
        when = f"after step {reading.steps}" if reading.steps else "at the start"
        return line(f"{when} ", ("no step is enabled", "wrong"))
    when = "violated: " if reading.steps else "violated at the start: "
    return line((when, "wrong"), failing_claim(reading.trace))


def _span(part: str | tuple[str, Literal["good", "wrong"]]) -> str | Span:
    return inert(part) if isinstance(part, str) else (inert(part[0]), part[1])


def in_which(trace: Trace) -> str:
    """The case that occurs at the end of an execution that shows it."""
    return f", and then: {sentence(trace, trace.case)}" * bool(trace.case)


def seen(reading: Reading, number: int) -> Seen | None:
    """What was observed in a step."""
    return reading.trace.steps[number - 1].act.seen if number else None


def is_of_hardware(reading: Reading, number: int) -> bool:
    """Whether what was observed in a step is due to the hardware alone."""
    found = seen(reading, number)
    return found is not None and not found.by_code


def wrong_outcome(reading: Reading) -> int | None:
    """The step with an outcome that it should not have, where the violation is or depends on it."""
    last = reading.steps
    if _is_wrong(seen(reading, last)):
        return last
    found = first_difference(reading)
    if found is None or not _is_wrong(seen(reading, found[0])):
        return None
    return found[0] if reading.trace.steps[found[0] - 1].because else None


def _is_wrong(found: Seen | None) -> bool:
    return found is not None and found.outcome != found.expected


def _seen_wrongly(reading: Reading, number: int) -> Line:
    found = seen(reading, number)
    assert found is not None, "a wrong outcome is observed"
    subject = f"{inert(found.who)}'s {inert(found.what)} should "
    parts = line(subject, (inert(found.should), "good"), ", but it ", (inert(found.does), "wrong"))
    if number == reading.steps:
        return parts
    again = f", and in step {reading.steps} again, with nothing changed" * bool(repeated(reading))
    return line(*parts, f" in step {number}{again}")


def _still_waiting(reading: Reading, waiting: Owed) -> Line:
    trap = reading.trace.steps[waiting.since - 1].act.trap
    on = f"{inert(trap)} on " * bool(trap)
    host = reading.lanes[0] if reading.lanes else "the code"
    did = what_was_done(reading) or "does nothing that leads to it"
    return line(
        f"{inert(waiting.seen.who)}'s {on}{inert(waiting.seen.what)} should ",
        (inert(waiting.seen.should), "good"),
        f", but {host} ",
        (did, "wrong"),
    )


def what_was_done(reading: Reading) -> str:
    """What the model says about what its code made of the last step."""
    kernel = (each for each in calls(reading.trace.steps[-1].call) if is_kernel_function(each))
    return next((inert(each.means) for each in kernel if each.means), "")


def owed(reading: Reading) -> Owed | None:
    """What would have been observed of the last step, as expected, had the code decided otherwise.

    None where something was observed.
    """
    last = reading.steps
    if seen(reading, last) is not None:
        return None
    for turn in reading.trace.explanation.turned:
        if turn.number == last and turn.seen is not None and not _is_wrong(turn.seen):
            again = repeated(reading)
            return Owed(turn.seen, again[0] if again else next(reading.exits(last), last))
    return None


def repeated(reading: Reading) -> tuple[int, int] | None:
    """The last exit and an earlier one by the same step, where nothing but that counts."""
    if any(one.actual in reading.events for one in differences(reading, reading.steps)):
        return None
    exits = reading.exits(reading.steps)
    last = next(exits, None)
    if last is None:
        return None
    now = _exit(reading, last)
    found = next((number for number in exits if _exit(reading, number) == now), None)
    return (found, last) if found is not None else None


def _exit(reading: Reading, number: int) -> tuple[object, ...]:
    stride = reading.trace.steps[number - 1]
    return stride.step, tuple(stride.choices.items()), reading.actor(number), stride.act.label
