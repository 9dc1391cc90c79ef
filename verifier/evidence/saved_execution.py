"""Executions as files: what is claimed, the start, and each step with its choices.

Nothing else: calls, values and explanations follow from the models, which recompute them when a
file is shown or audited. Files of schema 1 hold a story as well; nobody reads it.

Why so: docs/decisions/0020-saved-executions-hold-no-story.md
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Literal

import msgspec

from verifier.evidence.traces import Trace
from verifier.language.plain_values import Value


class SavedStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step by its name, with a value for each of its choices."""

    step: str
    choices: dict[str, Value]


class SavedTrace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An execution from a start, and what it claims to show after its last step.

    That is that `conjunct` of `property` fails, or that `case` occurs; an execution that a person
    has saved may claim nothing. `start` has every field that is not a constant.
    """

    schema: Literal[2]
    kind: Literal["trace"]
    written_by: str
    system: str
    property: str
    conjunct: str
    case: str
    start: dict[str, Value]
    steps: tuple[SavedStep, ...]
    differs_from: str = ""
    """The system of which the same steps end elsewhere, where that is what it claims."""

    def goal(self) -> str:
        """The property or case that it is about; empty where it has no claim."""
        return self.case or self.property


class FirstStep(SavedStep, frozen=True, forbid_unknown_fields=True):
    """A step as schema 1 has it; all but its name and choices is the story."""

    level: Any = None
    matters: Any = None
    changes: Any = None
    call: Any = None
    says: Any = None
    because: Any = None
    needs: Any = None
    fails: Any = None
    after: Any = None


class FirstTrace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trace of schema 1; what is of any type is the story, which is not read."""

    schema: Literal[1]
    kind: Literal["trace"]
    system: str
    property: str
    conjunct: str
    start: dict[str, Value]
    steps: tuple[FirstStep, ...]
    case: str = ""
    seen: Any = None
    engine: Any = None
    decisive: Any = None
    events: Any = None
    claims: Any = None
    enums: Any = None
    otherwise: Any = None
    turned: Any = None
    doomed: Any = None
    also_in: Any = None
    finding: Any = None
    level: Any = None


def saved_trace(trace: Trace | FirstTrace) -> SavedTrace:
    """What a file holds of an execution, that of schema 1 without who wrote it."""
    steps = tuple(SavedStep(each.step, dict(each.choices)) for each in trace.steps)
    return SavedTrace(
        schema=2,
        kind="trace",
        written_by=f"nestproof {version('nestproof')}" if isinstance(trace, Trace) else "",
        system=trace.system,
        property=trace.property,
        conjunct=trace.conjunct,
        case=trace.case,
        start=dict(trace.start),
        steps=steps,
    )
