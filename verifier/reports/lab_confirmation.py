"""Whether a real KVM does as a counterexample says, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
import msgspec

from verifier.lab.confirming import Case, Confirmation, Finding, Impossible, Row
from verifier.lab.describing import described
from verifier.lab.layout import UNWRITTEN
from verifier.language.plain_values import plural
from verifier.reports.lab_text import NO_SILICON, SILICON

COLOURS = {Finding.CONFIRMED: "green", Finding.REFUTED: "red"}


def kvm_of(found: Confirmation) -> str:
    """The KVM that has run the programs."""
    if found.real.silicon:
        return found.real.emulator
    return f"KVM {found.real.kernel.split('-')[0]}"


def decisive(found: Confirmation) -> Case:
    """A program that refutes it if one does."""
    wrong = (case for case in found.cases if case.finding is Finding.REFUTED)
    return next(wrong, found.cases[0])


def sentence(found: Confirmation) -> str:
    """What was found, in one sentence."""
    case, processor = decisive(found), f"the processor ({found.bare.emulator})"
    kvm = kvm_of(found) if found.real.silicon else f"a stock {kvm_of(found)}"
    if found.claim.other is not None:
        return f"{kvm} {_either(case, found.claim.execution.system.name, found.claim.other.name)}"
    does = "does as the model says" if case.as_modelled else "does not do as the model says"
    if not case.processor_as_expected:
        return f"{kvm} {does}; {processor} does not do as models/x86 says"
    if case.as_expected:
        return f"{kvm} {does}; it does as {processor} does"
    also = "does not" if case.as_modelled else "does not do as either"
    return f"{kvm} {does}; {processor} {also}"


def _either(case: Case, model: str, other: str) -> str:
    if case.as_modelled:
        return f"does as `{model}` does, not as `{other}`"
    if case.as_expected:
        return f"does as `{other}` does, not as `{model}`"
    return f"does neither as `{model}` does nor as `{other}`"


def lines(found: Confirmation | Impossible) -> Iterator[str]:
    """Everything about one claim on one KVM."""
    if isinstance(found, Impossible):
        yield f"{click.style('not expressible', fg='yellow')} {found.about}: {found.reason}"
        return
    finding = found.finding
    word = click.style(finding.name.lower(), fg=COLOURS[finding])
    yield f"{word} {found.claim.about}: {sentence(found)}"
    agree = sum(case.finding is finding for case in found.cases)
    machine = SILICON if found.real.silicon else NO_SILICON
    yield f"  by {agree} of {plural(len(found.cases), 'program')}; {machine}"
    if found.left_out:
        yield f"  the host's own steps are left to the machine: {', '.join(found.left_out)}"
    yield from (f"    {line}" for line in described(decisive(found).program))
    yield from _table(found)


def _table(found: Confirmation) -> Iterator[str]:
    other = found.claim.other.name if found.claim.other else "models/x86"
    heads = other, found.bare.emulator, found.claim.execution.system.name, kvm_of(found)
    rows = [(_where(row), *map(_shown, _values(row))) for row in decisive(found).rows]
    table = [("", *heads), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for each in table:
        cells = (f"{cell:>{width}}" for cell, width in zip(each[1:], widths[1:], strict=True))
        yield f"    {each[0]:<{widths[0]}}  {'  '.join(cells)}"


def _where(row: Row) -> str:
    return f"outcome {row.act + 1}, {row.field}"


def _values(row: Row) -> tuple[Any, ...]:
    return row.expected, row.processor, row.modelled, row.real


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        written = [f"{each:#x}" for each in value if each != UNWRITTEN]
        return " ".join(written) or "nothing"
    return str(value) if isinstance(value, bool) else f"{value:#x}"


def document(found: Sequence[Confirmation | Impossible]) -> bytes:
    """One JSON document; fields are only ever added."""
    whole = {"schema": 1, "confirmations": [*map(_entry, found)]}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _entry(found: Confirmation | Impossible) -> dict[str, Any]:
    if isinstance(found, Impossible):
        return {
            "about": found.about,
            "finding": "not expressible",
            "sentence": found.reason,
        }
    return {
        "about": found.claim.about,
        "finding": found.finding.name.lower(),
        "sentence": sentence(found),
        "processor": found.bare.emulator,
        "emulator": found.real.emulator,
        "kernel": found.real.kernel,
        "silicon": found.real.silicon,
        "left_out": list(found.left_out),
        "programs": [*map(_case, found.cases)],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "program": list(described(case.program)),
        "finding": case.finding.name.lower(),
        "rows": [
            {"where": _where(row), "values": [*map(_shown, _values(row))]} for row in case.rows
        ],
    }
