"""The bugs on record: as a table, one by one, as JSON, and as the page docs/bugs.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from verifier.bugs.confirm import NOT_REPRODUCED, UNDECIDED, Confirmation
from verifier.bugs.recorded import OUTSIDE, REPRODUCED, Bug
from verifier.language.plain_values import plural

STYLES = {REPRODUCED: "green", OUTSIDE: "dim", NOT_REPRODUCED: "bold red", UNDECIDED: "yellow"}
WIDTH = 80
"""Columns where no terminal says how many there are."""
NONE = "-"
INTRODUCTION = """\
# Known bugs, one by one

What is known to have gone wrong in shipped systems: what the models reproduce of it, and what they
do not have. Most was found by others; what these models have shown first has a page in findings/.
`nestproof bugs ID` shows one; `nestproof bugs --check` decides all, from stored evidence where that
holds; `nestproof bugs --markdown` writes this page.

A bug is *reproduced* by a pair that is violated, in a shortest execution of so many steps, and
proved once the bug is repaired. A bug that never left a series of patches, or is of a version that
is not modelled, is a mistake in a system that holds without it, named as `nestproof mutate` does.
"""


def table(found: Sequence[Confirmation], width: int, colours: bool) -> str:
    """A line for each bug; what is not as on record has its reason below its title."""
    rows = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    rows.add_column("bug", no_wrap=True)
    rows.add_column("status", no_wrap=True)
    rows.add_column("steps", justify="right", no_wrap=True)
    rows.add_column("what goes wrong")
    for each in found:
        steps = "" if each.bug.steps is None else str(each.bug.steps)
        text = Text(each.bug.title)
        if each.why:
            text.append(f"\n{each.why}", style=STYLES[each.status])
        status = Text(each.status, style=STYLES[each.status])
        rows.add_row(Text(each.bug.id), status, steps, text)
    return _drawn(rows, width, colours)


def details(each: Confirmation, width: int, colours: bool) -> str:
    """All that is on record of one bug."""
    bug = each.bug
    rows = Table(box=None, pad_edge=False, show_edge=False, show_header=False)
    rows.add_column(no_wrap=True, style="dim")
    rows.add_column(overflow="fold")
    for name, value in _facts(bug):
        rows.add_row(name, Text(value))
    rows.add_row("status", Text(each.status, style=STYLES[each.status]))
    if each.why:
        rows.add_row("", Text(each.why))
    if bug.before is not None and bug.mutant is None:
        rows.add_row("see it", Text(f"nestproof show {bug.before}"))
    return _drawn(Text(f"{bug.id}: {bug.title}", style="bold"), width, colours) + _drawn(
        rows, width, colours
    )


def _facts(bug: Bug) -> Iterator[tuple[str, str]]:
    facts = {
        "versions": bug.versions,
        "repaired by": bug.commit,
        "violated": None if bug.before is None else str(bug.before),
        "with": bug.mutant,
        "after": None if bug.steps is None else plural(bug.steps, "step"),
        "proved": None if bug.after is None else str(bug.after),
        "outside": bug.reason,
    }
    for name, value in facts.items():
        if value:
            yield name, value


def _drawn(what: Table | Text, width: int, colours: bool) -> str:
    out = StringIO()
    console = Console(
        file=out,
        width=width or WIDTH,
        force_terminal=colours,
        color_system="standard" if colours else None,
        highlight=False,
    )
    console.print(what)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def summary(found: Sequence[Confirmation]) -> str:
    """How many there are of each status."""
    counts = Counter(each.status for each in found)
    parts = ", ".join(f"{counts[status]} {status}" for status in STYLES if counts[status])
    return f"{plural(len(found), 'bug')}: {parts}"


def document(found: Sequence[Confirmation]) -> bytes:
    """One JSON document; `reason` is why a bug is outside, or not as on record."""
    bugs = [
        {
            "id": each.bug.id,
            "title": each.bug.title,
            "before": each.bug.shown_by,
            "after": None if each.bug.after is None else str(each.bug.after),
            "status": each.status,
            "steps": each.bug.steps,
            "commit": each.bug.commit,
            "reason": each.why or each.bug.reason,
        }
        for each in found
    ]
    return msgspec.json.format(msgspec.json.encode({"schema": 1, "bugs": bugs}), indent=1)


def page(bugs: Sequence[Bug]) -> str:
    """The bugs in Markdown: those that are reproduced, then those that are outside."""
    shown = [bug for bug in bugs if bug.status == REPRODUCED]
    outside = [bug for bug in bugs if bug.status == OUTSIDE]
    return "\n".join(
        [
            INTRODUCTION.rstrip(),
            "",
            f"## Reproduced: {len(shown)}",
            "",
            *_reproduced(shown),
            "",
            f"## Outside of the models: {len(outside)}",
            "",
            *_outside(outside),
            "",
        ]
    )


def _reproduced(bugs: Sequence[Bug]) -> Iterator[str]:
    yield "| bug | what goes wrong | versions | violated | steps | proved after the repair |"
    yield "|---|---|---|---|---|---|"
    for bug in bugs:
        before = f"`{bug.before}`" + (f" with {_code(bug.mutant)}" if bug.mutant else "")
        after = f"`{bug.after}`" if bug.after else "no repair is known"
        repair = f"{after} ({bug.commit})" if bug.commit else after
        versions = bug.versions or NONE
        yield f"| {bug.id} | {_cell(bug.title)} | {versions} | {before} | {bug.steps} | {repair} |"


def _outside(bugs: Sequence[Bug]) -> Iterator[str]:
    yield "| bug | what goes wrong | versions | repaired by | what it would need |"
    yield "|---|---|---|---|---|"
    for bug in bugs:
        facts = (bug.title, bug.versions or NONE, bug.commit or NONE, bug.reason or NONE)
        yield f"| {bug.id} | {' | '.join(map(_cell, facts))} |"


def _code(text: str | None) -> str:
    """Code with backquotes in it, in a cell."""
    return f"`` {_cell(text or '')} ``"


def _cell(text: str) -> str:
    """A text in a cell of a table."""
    return text.replace("|", "\\|")
