"""An execution on which two systems differ, to be saved."""

from __future__ import annotations

from importlib.metadata import version

from verifier.diff.compare import Difference
from verifier.evidence.bundle import Run
from verifier.evidence.saved_execution import SavedStep, SavedTrace
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Stopped
from verifier.language.plain_values import shown
from verifier.language.system import System


def differing_execution(found: Difference, system: System, other: str) -> SavedTrace | None:
    """The shortest one that is known, of the new system; None where none was reached."""
    reached = [each for each in found.changes if each.reached == "reachable"]
    if not reached:
        return None
    shortest = min(reached, key=lambda each: len(each.moves))
    execution = execution_of_run(system, (), Run(dict(shortest.start), shortest.moves))
    if isinstance(execution, Stopped):
        return None
    leaves = zip(system.layout.leaves, execution.start, strict=True)
    return SavedTrace(
        schema=2,
        kind="trace",
        written_by=f"nestproof {version('nestproof')}",
        system=system.name,
        property="",
        conjunct="",
        case="",
        start={
            leaf.path: shown(value)
            for leaf, value in leaves
            if not leaf.constant and not leaf.event
        },
        steps=tuple(
            SavedStep(step.name, {name: shown(value) for name, value in choices.items()})
            for step, choices in execution.moves
        ),
        differs_from=other,
    )
