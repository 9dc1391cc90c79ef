"""What verdicts rest on, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap

import click

from verifier.language.plain_values import plural
from verifier.project.assumptions import KINDS, Assumption, AssumptionKind

HEADS: dict[AssumptionKind, str] = {
    "step": "what can happen: the steps",
    "choice": "which choices are left out: what steps assume of them",
    "assume": "when it can happen: what else is assumed",
    "constant": "what never changes: fields that no step writes",
    "abstraction": "what stands for no one place in a source",
    "source": "which versions functions stand for, of which not each was read",
}

NEW: dict[AssumptionKind, str] = {
    "step": "`{name}` can happen",
    "choice": "`{name}` leaves out choices: {text}",
    "assume": "`{name}` assumes {text}",
    "constant": "nothing changes {text}",
    "abstraction": "`{name}` stands for no one place: {text}",
    "source": "`{name}` stands for {text}",
}
LONGEST = 120
"""Characters of a line of a record's constants; an era takes several."""


def assumptions_text(found: Sequence[Assumption]) -> Iterator[str]:
    """The list under a heading for each kind; fields with a default value are counted."""
    for kind in KINDS:
        mine = [each for each in found if each.kind == kind]
        if not mine:
            continue
        yield ""
        yield click.style(f"  {HEADS[kind]}", bold=True)
        named = [each for each in mine if not each.is_default]
        yield from _constants(named) if kind == "constant" else _placed(named)
        others = len(mine) - len(named)
        if others:
            yield f"    {plural(others, 'field')} with the default value"


def new_lines(found: Iterable[tuple[str, Assumption]]) -> Iterator[tuple[str, list[str]]]:
    """What systems rest on that they did not rest on before: each once, with its systems."""
    systems: dict[Assumption, list[str]] = {}
    for system, each in found:
        systems.setdefault(each, []).append(system)
    for each, names in systems.items():
        what = NEW[each.kind].format(name=each.name, text=each.text)
        yield f"{what} ({each.file}:{each.line})", names


def _placed(found: Sequence[Assumption]) -> Iterator[str]:
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        where = click.style(f"{each.file}:{each.line}", dim=True)
        yield f"    {each.name:<{width}}  {each.text}  {where}"


def _constants(found: Sequence[Assumption]) -> Iterator[str]:
    """The fields of each record together; where they are written is the system's own place."""
    for record, fields in groupby(found, key=lambda each: each.name.rpartition(".")[0]):
        values = [each.text.removeprefix(f"{record}.") for each in fields]
        text = f"{record}: {' '.join(values)}" if record else " ".join(values)
        yield from wrap(text, LONGEST, initial_indent=" " * 4, subsequent_indent=" " * 6)
