"""A violated claim in words: the sentence that its name is, or what the code asserts."""

from __future__ import annotations

from verifier.evidence.traces import Trace
from verifier.language.plain_values import plural
from verifier.viewer.markup import inert, words

STANDING = "once nothing happens and events are blank"
"""When a claim fails that holds after the last step."""


LONGER = ", maybe not the fewest"
"""Follows a number of steps that may not be the fewest."""


def length(trace: Trace) -> str:
    """How many steps an execution has."""
    steps = len(trace.steps)
    return length_of(steps, steps if trace.shortest or not trace.conjunct else 0)


def length_of(steps: int, good_steps: int) -> str:
    """So many steps to a violation: the fewest, or how many are known not to do."""
    if good_steps + 1 >= steps:
        return plural(steps, "step")
    return plural(steps, "step") + (f", none within {good_steps}" if good_steps else LONGER)


def failing_claim(trace: Trace) -> str:
    """What fails; an assertion without a text of its own is quoted."""
    if trace.failure.asserted is not None and not trace.failure.asserted.says:
        return f"`{inert(trace.failure.asserted.code.removeprefix('assert '))}`"
    return sentence(trace, trace.conjunct)


def sentence(trace: Trace, name: str) -> str:
    """A claim or case in words, as those of its kind read."""
    return trace.reads.get(name, "") + words(name, trace.picture.words)


def asserted_text(trace: Trace) -> str:
    """The assertion that fails as the code has it, and where; empty where none does."""
    found = trace.failure.asserted
    if found is None:
        return ""
    return f"{inert(found.code)}   {inert(found.file)}:{found.line}"
