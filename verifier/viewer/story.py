"""An execution with its story as JSON, for other programs; docs/evidence.md has its schema."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import msgspec

from verifier.evidence.traces import Running, Trace
from verifier.viewer.markup import rendered
from verifier.viewer.sentences import sentences
from verifier.viewer.trace_index import Reading

SCHEMA = 1


def story(trace: Trace) -> str:
    """Every state and step, who acts, what changes and by which line, and why it goes wrong."""
    reading = Reading(trace)
    document = {
        "schema": SCHEMA,
        "kind": "story",
        "written_by": f"nestproof {version('nestproof')}",
        "system": trace.system,
        "property": trace.property,
        "conjunct": trace.conjunct,
        "case": trace.case,
        "shortest": trace.shortest,
        "in_short": list(rendered(sentences(reading))) if trace.conjunct else [],
        "point_of_no_return": trace.explanation.doomed or None,
        "claims": trace.claims,
        "enums": trace.enums,
        "lanes": reading.lanes,
        "start": _running(trace.running) | {"state": reading.state(0)},
        "steps": [_step(reading, number) for number in range(1, reading.steps + 1)],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _running(running: Running) -> dict[str, Any]:
    return {"runs": running.runs, "holds": running.holds}


def _step(reading: Reading, number: int) -> dict[str, Any]:
    stride = reading.trace.steps[number - 1]
    act = stride.act
    return {
        "number": number,
        "step": stride.step,
        "choices": stride.choices,
        "matters": stride.matters,
        "lane": reading.actor(number),
        "to": reading.arrives(number),
        "passes": act.passes,
        "does": act.does,
        "by": act.by,
        "label": act.label,
        "trap": act.trap,
        "fails": stride.fails,
        "changes": {field: _change(reading, field, number) for field in stride.changes},
        "calls": msgspec.to_builtins(stride.call),
        **_running(stride.running),
        "state": reading.state(number),
    }


def _change(reading: Reading, field: str, number: int) -> dict[str, Any]:
    """A field's old and new value, and who wrote it; nobody where it is blank again."""
    old, new = reading.trace.steps[number - 1].changes[field]
    write = reading.write(field, number)
    if write is None:
        return {"old": old, "new": new, "function": "", "file": "", "line": 0}
    function = write.function
    where = {"function": function.function, "file": function.file, "line": write.change.line}
    return {"old": old, "new": new, **where}
