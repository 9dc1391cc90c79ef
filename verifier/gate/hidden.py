"""What holds, as it did at the base, only because less can happen in some step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.check.check import Result
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.step_exploration import Start, explore_steps
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_steps
from verifier.diff.compare import Difference
from verifier.evidence.verdicts import Limits, Verdict, Watch, silent
from verifier.gate.base_revision import Before
from verifier.gate.divergence import Hunk
from verifier.gate.masked_changes import masked
from verifier.gate.weakened.dropped import Dropped, dropped
from verifier.gate.weakened.heeded import Unheeded, unheeded
from verifier.gate.weakened.waiting import Waits, waits

SECONDS = 30.0
"""For each of these questions about a system, at most."""


@dataclass(frozen=True)
class Hidden:
    """What steps that can do less may hide."""

    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was not found out, each in words."""
    dropped: tuple[Dropped, ...] = ()
    unheeded: tuple[Unheeded, ...] = ()
    waits: Waits | None = None
    """A state in which nothing could happen at the base, and that is reached now."""


def hidden(
    before: Before,
    compiled: TransitionSystem,
    change: Difference,
    results: Sequence[Result],
    expected: Callable[[str], str],
    hunks: Sequence[Hunk],
    limits: Limits,
    watch: Watch = silent,
) -> Hidden:
    """Ask what a change hides; where the gate fails for a new violation, only what is masked.

    `expected` says which verdict of a property is expected now.
    """
    old, was = before.behaviour, before.expected
    new = behaviour_of(_widened(compiled, old, change.joined_fields))
    held = [r.property for r in results if r.verdict in (Verdict.PROVED, Verdict.VACUOUS)]
    goals = [goal for goal in held if was.get(goal, Verdict.PROVED) == Verdict.PROVED]
    search = replace(limits, seconds=min(SECONDS, limits.seconds or SECONDS))
    said = tuple(masked(old, new, change, goals, hunks, search, watch))
    if any(r.verdict is Verdict.VIOLATED != expected(r.property) for r in results):
        return Hidden(said)
    found = [
        *dropped(old, new, change, goals, search, watch),
        *unheeded(old, new, change, search, watch),
        *_waits(old, new, change, goals, search, watch),
    ]
    return Hidden(
        said,
        tuple(each for each in found if isinstance(each, str)),
        tuple(each for each in found if isinstance(each, Dropped)),
        tuple(each for each in found if isinstance(each, Unheeded)),
        next((each for each in found if isinstance(each, Waits)), None),
    )


def _widened(
    compiled: TransitionSystem, old: Behaviour, names: Mapping[str, str]
) -> TransitionSystem:
    """The system with latches also for what only its base changes, which can be set again, then.

    `names` are those that fields of the base have now.
    """
    changing = {names.get(field.name, field.name) for field in old.fields if field.bits}
    start = Start(compiled.system)
    more = [
        place
        for place, leaf in enumerate(start.leaves)
        if leaf.path in changing and not compiled.latch_names[place]
    ]
    if not more:
        return compiled
    for place in more:
        start.vary(place)
    properties = [c.binding.function for group in compiled.conjuncts.values() for c in group]
    return compile_steps(start, explore_steps(start), dict.fromkeys(properties))


def _waits(
    old: Behaviour,
    new: Behaviour,
    change: Difference,
    goals: Collection[str],
    limits: Limits,
    watch: Watch,
) -> Iterator[Waits | str]:
    """Asked where a step is new, or possible where it was not."""
    more = change.added_steps or any(each.kind == "enabled" for each in change.changes)
    if more:
        yield from waits(old, new, change, goals, limits, watch)
