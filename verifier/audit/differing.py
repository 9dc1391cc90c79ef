"""Executions that claim to end otherwise than the same steps of another system."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.audit.trace_replay import replayed
from verifier.evidence.saved_execution import SavedTrace
from verifier.execution.conversions import same_steps
from verifier.execution.execution import Execution, Stopped
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import shown
from verifier.language.system import System


def ending(
    system: System,
    other: System,
    saved: SavedTrace,
    properties: Sequence[ModelFunction] = (),
) -> str | Stopped:
    """What the two systems do not have in common after a saved execution's last step."""
    execution = replayed(system, properties, saved)
    if isinstance(execution, Stopped):
        return execution
    same = same_steps(other, properties, saved)
    if isinstance(same, Stopped):
        return Stopped(same.at, f"in `{other.name}` {same.reason}")
    return _ending(execution, same)


def _ending(one: Execution, other: Execution) -> str | Stopped:
    last, name = len(one.moves), other.system.name
    stopped = other.stopped()
    if stopped is not None and stopped.at < last:
        return Stopped(stopped.at, f"in `{name}` {stopped.reason}")
    if stopped is not None:
        return f"in `{name}` {stopped.reason}"
    if one.failed != other.failed:
        failing, failed = (one, one.failed) if one.failed else (other, other.failed)
        return f"in `{failing.system.name}` alone the assertion `{failed}` fails"
    here, there = _values(one), _values(other)
    for path, value in here.items():
        if path in there and there[path] != value:
            return f"`{path}` is {shown(value)}, in `{name}` {shown(there[path])}"
    return Stopped(last, f"`{name}` is in the same state")


def _values(execution: Execution) -> dict[str, object]:
    """The fields that can change, and not what was remembered about them."""
    leaves = execution.system.layout.leaves
    values = zip(leaves, execution.states[-1], strict=True)
    return {leaf.path: value for leaf, value in values if not (leaf.constant or leaf.ghost)}
