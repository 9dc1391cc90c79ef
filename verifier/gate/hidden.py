"""What holds, as it did at the base, only because less can happen in some step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from verifier.check.result import Result
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.digest import done
from verifier.compiler.step_exploration import Start, explore_steps
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_steps
from verifier.diff.compare import Difference
from verifier.engines.contract import Query
from verifier.evidence.verdicts import Verdict
from verifier.gate.base_revision import Before
from verifier.gate.divergence import Hunk
from verifier.gate.masked_changes import masked
from verifier.gate.weakened.dropped import Dropped, dropped
from verifier.gate.weakened.heeded import Unheeded, unheeded
from verifier.gate.weakened.waiting import Waits, waits
from verifier.language.goals import step_goal


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
    query: Query,
) -> Hidden:
    """Ask what a change hides; where the gate fails for a new violation, only what is masked.

    `expected` says which verdict of a property is expected now.
    """
    old, was = before.behaviour, before.expected
    own = behaviour_of(compiled)
    new = behaviour_of(_widened(compiled, old, change.joined_fields))
    held = [r.property for r in results if r.verdict in (Verdict.PROVED, Verdict.VACUOUS)]
    goals = [goal for goal in held if was.get(goal, Verdict.PROVED) == Verdict.PROVED]
    said = tuple(masked(old, new, change, goals, hunks, query))
    if any(r.verdict is Verdict.VIOLATED != expected(r.property) for r in results):
        return Hidden(said)
    found = [
        *dropped(old, new, change, goals, query),
        *unheeded(old, new, change, query),
        *_waits(old, new, change, goals, query),
    ]
    return Hidden(
        said,
        tuple(each for each in found if isinstance(each, str)),
        tuple(_by_itself(each, own) for each in found if isinstance(each, Dropped)),
        tuple(_by_itself(each, own) for each in found if isinstance(each, Unheeded)),
        next((each for each in found if isinstance(each, Waits)), None),
    )


Found = TypeVar("Found", Dropped, Unheeded)


def _by_itself(found: Found, own: Behaviour) -> Found:
    """With the digest of the step as it is compared with the next change, which widens nothing."""
    was, _ = found.digests
    return replace(found, digests=(was, done(own.circuit, step_goal(found.step))))


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
    old: Behaviour, new: Behaviour, change: Difference, goals: Collection[str], query: Query
) -> Iterator[Waits | str]:
    """Asked where a step is new, or possible where it was not."""
    more = change.added_steps or any(each.kind == "enabled" for each in change.changes)
    if more:
        yield from waits(old, new, change, goals, query)
