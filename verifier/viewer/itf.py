"""An execution in Apalache's Informal Trace Format, which Quint and its viewers read.

Konnov, Enes, Kupriyanov: ADR-015, Informal Trace Format in JSON. Apalache, 2021.
"""

from __future__ import annotations

from typing import Any

import msgspec

from verifier.evidence.traces import Trace
from verifier.language.plain_values import Value
from verifier.viewer.claims import failing_claim
from verifier.viewer.nested_state import Nested, is_family, nested
from verifier.viewer.trace_index import Reading


def itf(trace: Trace) -> str:
    """The states, each with the step that led to it among its remarks.

    Records are records, families are maps, members of enums are strings.
    """
    reading = Reading(trace)
    first = nested(reading.state(0))
    about = {"format": "ITF", "source": trace.system, "description": _description(trace)}
    document = {
        "#meta": about,
        "vars": list(first),
        "states": [_state(reading, number) for number in range(reading.steps + 1)],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _description(trace: Trace) -> str:
    if trace.conjunct:
        return f"{trace.property} is violated: {failing_claim(trace)}"
    return f"{trace.case} occurs" if trace.case else "an execution"


def _state(reading: Reading, number: int) -> dict[str, Any]:
    remarks: dict[str, Any] = {"index": number}
    if number:
        stride = reading.trace.steps[number - 1]
        remarks |= {"step": stride.step, "choices": stride.choices}
    state = nested(reading.state(number))
    return {"#meta": remarks, **{name: _expression(part) for name, part in state.items()}}


def _expression(part: Nested | Value) -> Any:
    if not isinstance(part, dict):
        return part
    if is_family(part):
        return {"#map": [[name[1:-1], _expression(row)] for name, row in part.items()]}
    return {name: _expression(inside) for name, inside in part.items()}
