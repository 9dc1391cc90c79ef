"""The fields of a system, for people: what each can be, starts as, and which steps change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

import click

from verifier.project.state_fields import StateField, StateKind

LONGEST = 60
"""Characters of a line of steps."""
HEADS: dict[StateKind, str] = {
    "state": "what the system has",
    "ghost": "ghosts: what only properties and observers read",
    "event": "events: of one step, blank before the next",
}


def fields_text(found: Sequence[StateField], steps: Sequence[str]) -> Iterator[str]:
    """The fields under a heading for each kind; `steps` are all that the system has."""
    rows = [(each.path, each.type, _start(each), _steps(each, steps)) for each in found]
    widths = [max(len(row[i]) for row in rows) for i in (0, 1, 2)] if rows else []
    for kind, head in HEADS.items():
        mine = [row for row, each in zip(rows, found, strict=True) if each.kind == kind]
        if mine:
            yield f"\n  {click.style(head, bold=True)}"
            for path, type, start, text in mine:
                columns = zip((path, type, start), widths, strict=True)
                first = "    " + "  ".join(f"{text:<{width}}" for text, width in columns)
                for number, line in enumerate(wrap(text, LONGEST) or [""]):
                    yield f"{' ' * len(first) if number else first}  {line}".rstrip()


def _start(field: StateField) -> str:
    if field.kind == "event":
        return ""
    if field.start is None:
        return "anything"
    return field.start if isinstance(field.start, str) else str(int(field.start))


def _steps(field: StateField, everything: Sequence[str]) -> str:
    """Steps by their names, or by those that are left out where these are fewer."""
    if field.kind == "event":
        return ""
    others = [name for name in everything if name not in field.steps]
    if not others:
        return "all steps"
    return (
        f"all but {', '.join(others)}" if len(others) < len(field.steps) else ", ".join(field.steps)
    )
