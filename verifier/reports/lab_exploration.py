"""What random programs have shown of a real KVM, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
import msgspec

from verifier.lab.describing import described
from verifier.lab.exploring import Departed, Explored, counts
from verifier.lab.recording import Header
from verifier.reports.lab_text import NO_SILICON, SILICON, difference_text

FOUND = "nobody predicts it: either the model is wrong, or it is a finding"


def lines(header: Header, model: str, found: Explored, small: Sequence[Departed]) -> Iterator[str]:
    """Counts, and each departure that nothing predicts, as small as it was made."""
    kernel = f" ({header.kernel.split()[0]})" if header.kernel else ""
    machine = SILICON if header.silicon else NO_SILICON
    title = f"{header.leg}: {header.emulator}{kernel}, {header.list}, against {model} ({machine})"
    yield click.style(title, bold=True)
    for what, count in counts(found):
        yield f"  {count:>7}  {what}"
    for one in small:
        yield click.style(f"  {FOUND}", fg="red")
        yield from (f"    {line}" for line in described(one.program))
        if one.missing:
            yield f"    {model} cannot express it: {one.missing}"
        for name, differences in (("models/x86", one.from_processor), (model, one.from_model)):
            yield from (f"    {name}: {difference_text(each)}" for each in differences)


def document(header: Header, model: str, found: Explored, small: Sequence[Departed]) -> bytes:
    """One JSON document; fields are only ever added."""
    whole = {
        "schema": 1,
        "emulator": header.emulator,
        "kernel": header.kernel,
        "list": header.list,
        "silicon": header.silicon,
        "model": model,
        "counts": dict(counts(found)),
        "departures": [*map(_entry, small)],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _entry(one: Departed) -> dict[str, Any]:
    return {
        "program": list(described(one.program)),
        "not_expressible": one.missing,
        "from_processor": [*map(difference_text, one.from_processor)],
        "from_model": [*map(difference_text, one.from_model)],
    }
