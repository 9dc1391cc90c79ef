"""A saved execution that no model confirms: its start and its choices, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.saved_execution import SavedTrace
from verifier.language.plain_values import plural
from verifier.viewer.markup import EMPTY, Line, inert, line, shown


def unverified_lines(saved: SavedTrace, reason: str) -> Iterator[Line]:
    """What a file says, headed by why it is not shown as what happened."""
    goal = f"/{inert(saved.goal())}" if saved.goal() else ""
    steps = plural(len(saved.steps), "step")
    yield line((f"unverified: {inert(saved.system)}{goal}, {steps}", "wrong"))
    yield line(f"  {inert(reason)}")
    yield line("  what follows is from the file; none of it was checked")
    yield EMPTY
    yield line(("Start", "title"))
    for field, value in saved.start.items():
        yield line(f"  {inert(field)} = {shown(value)}")
    yield EMPTY
    yield line(("Steps", "title"))
    for number, each in enumerate(saved.steps, 1):
        choices = "".join(f" {inert(name)}={shown(value)}" for name, value in each.choices.items())
        yield line((f"{number:3}  ", ""), (inert(each.step), "step"), (choices, "choice"))
