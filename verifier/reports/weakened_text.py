"""What a change weakens, in words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from verifier.gate.report import Report
from verifier.gate.weakened.weakening import Weakening, value
from verifier.language.plain_values import plural
from verifier.viewer.markup import inert

FIELDS = 8
"""Fields of an example that are named."""
MARK = "⚠"


def title(found: Weakening) -> str:
    """What it is and where."""
    place = f"{inert(found.file)}:{found.line}" if found.file else ""
    return "  ".join(filter(None, [f"{found.kind} {inert(found.name)}", place]))


def detail_lines(found: Weakening) -> list[str]:
    """What was, what is, where it matters and in which systems."""
    was, now = _apart(found.before, found.after)
    lines = [f"was: {was}", f"now: {now}"]
    if found.example:
        shown = [f"{inert(name)}={value(of)}" for name, of in list(found.example.items())[:FIELDS]]
        more = len(found.example) - FIELDS
        lines.append(f"such as where {', '.join(shown)}" + f" and {more} more" * (more > 0))
    if found.systems and found.systems[0] not in found.name:
        lines.append(f"in {_listed(found.systems)}")
    if found.reason:
        lines.append(f"accepted because: {inert(found.reason)}")
    return lines


def acceptance(report: Report) -> str:
    """The command that accepts what is not accepted yet; empty where all is."""
    keys = dict.fromkeys(inert(each.key) for each in report.weakened if not each.accepted)
    if not keys:
        return ""
    words = ["nestproof", "gate", *report.only]
    words += ["--base", report.revision] if report.revision else []
    for key in keys:
        words += ["--accept-weakened", key]
    return f"{shlex.join(words)} --reason TEXT"


def _listed(systems: Sequence[str]) -> str:
    first = ", ".join(map(inert, systems[:3]))
    return first + f" and {plural(len(systems) - 3, 'more system')}" * (len(systems) > 3)


def _apart(before: str, after: str) -> tuple[str, str]:
    """Two texts in a line each; of two functions the lines that the other does not have."""
    was, now = _lines(before), _lines(after)
    both = set(was) & set(now)
    if both and was != now:
        was = [line for line in was if line not in both] or ["..."]
        now = [line for line in now if line not in both] or ["..."]
    return "; ".join(was), "; ".join(now)


def _lines(text: str) -> list[str]:
    """The lines of a text, of a function without its parameters."""
    lines = [inert(line.strip()) for line in text.splitlines() if line.strip()]
    return lines[1:] if len(lines) > 1 else lines
