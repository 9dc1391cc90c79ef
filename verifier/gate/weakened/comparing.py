"""What one system is judged by less than at the base, decided on circuits and over all states."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from verifier.compiler.behaviour import Behaviour, Variable
from verifier.compiler.cut_circuit import Cut
from verifier.compiler.digest import done, outputs_digest
from verifier.diff.compare import Difference
from verifier.diff.correspondence import SIMILARITY, fits, matched
from verifier.diff.miter import Joint
from verifier.diff.pairing import counterpart, lost_values
from verifier.diff.step_comparison import StepComparison
from verifier.diff.witnesses import Change
from verifier.gate.weakened.claim_names import group_of, is_claimed, of_property
from verifier.gate.weakened.implied import Implied, Less
from verifier.gate.weakened.seen import SeenLess, seen_less
from verifier.gate.weakened.states import States
from verifier.language.goals import is_claim, step_goal
from verifier.language.plain_values import Value

WORD = re.compile(r"\w+")
LOST = ("disabled", "failing", "idle")
"""Changes by which less can happen in a step."""


@dataclass(frozen=True)
class Unobserved:
    """A step that does the same to every field, and of which something else is noted."""

    step: str
    note: str
    """A ghost that it leaves otherwise, or a property that it violated."""
    is_ghost: bool
    example: Mapping[str, Value]


@dataclass(frozen=True)
class ComparedClaims:
    """What a system says of its change; digests are of what was and what is, by name."""

    less: tuple[Less, ...] = ()
    less_of_new: tuple[Less, ...] = ()
    """What is claimed less where fields that nothing was claimed of have new values."""
    heirs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each property that is gone, those with another name that say as much."""
    unclear: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Property functions that look at fields which have new values, and these fields."""
    unobserved: tuple[Unobserved, ...] = ()
    seen: tuple[SeenLess, ...] = ()
    unknown: str = ""
    """Why it is not known what steps note and assert less."""
    ran: Collection[str] = ()
    runs: Collection[str] = ()
    """The model functions that its steps and properties ran, and run."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Words of names that have changed."""
    digests: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    blank: tuple[tuple[str, Value, Value], ...] = ()
    """Events that are something else where a step does not set them: what they were, and are."""
    lost: tuple[tuple[str, tuple[Value, ...], tuple[Value, ...]], ...] = ()
    """Events with fewer values: what they had, and have."""
    exposed: tuple[str, ...] = ()
    """Events that are fields now which are no ghosts: what a model runs may read them."""


def compared(
    old: Behaviour,
    new: Behaviour,
    then: Behaviour,
    now: Behaviour,
    change: Difference | None,
    violated: Collection[str] = (),
    cuts: tuple[Cut, Cut] | str | None = None,
) -> ComparedClaims:
    """Two versions of a system, and the claims about it `then` and `now`.

    `violated` are the properties that it was expected to violate: that it does no more may be a
    repair. Without `cuts` it is not compared what steps note and assert.
    """
    known = {} if change is None else change.joined_fields
    renamed = known | _events(then, now, known)
    claims = Implied(then, now, renamed)
    judged = _claims(claims, then, now)
    blank = tuple(_blank_otherwise(then, now, renamed))
    lost = tuple(_lost_of_events(then, now, renamed))
    exposed = tuple(now.name for _, now in _events_of(then, now, renamed) if not now.ghost)
    judged = replace(judged, blank=blank, lost=lost, exposed=exposed)
    judged = replace(judged, ran=old.functions, runs=new.functions)
    if isinstance(cuts, str):
        judged = replace(judged, unknown=cuts)
    steps = {} if change is None else dict(change.renamed_steps)
    goals = {} if change is None else dict(change.renamed_goals)
    joint = Joint(old.with_steps(steps).with_goals(goals), new, renamed)
    if isinstance(cuts, tuple):
        real = joint if change is not None and change.added_steps else None
        seen = seen_less(*cuts, steps, renamed, _never_changed(old, new, renamed), real)
        judged = replace(judged, seen=tuple(seen))
    if change is None:
        return judged
    old = joint.old.behaviour
    written = {name for cut in cuts or () if isinstance(cut, Cut) for name in cut.written}
    names = dict(change.renamed_goals)
    repaired = {names.get(goal, goal) for goal in violated}
    judged = _notes(judged, joint, renamed, change, repaired, written)
    digests = {**judged.digests, **_of_steps(old, new, change)}
    return replace(
        judged, names=_words(change, {f.name for f in old.fields if f.bits}), digests=digests
    )


def _claims(claims: Implied, then: Behaviour, now: Behaviour) -> ComparedClaims:
    """What is claimed less, and which properties say as much as those that are gone."""
    less, of_new = tuple(claims.less()), tuple(claims.less_of_new())
    gone = {group_of(name) for name in then.circuit.bad} - {
        group_of(name) for name in now.circuit.bad
    }
    heirs = {group: tuple(claims.heirs(group)) for group in sorted(gone)}
    unclear = claims.unclear()
    names = (*(each.function for each in (*less, *of_new)), *unclear)
    digests = {name: _of_claim(then, now, name) for name in names}
    return ComparedClaims(less, of_new, heirs, unclear, digests=digests)


def _events_of(
    then: Behaviour, now: Behaviour, renamed: Mapping[str, str]
) -> Iterator[tuple[Variable, Variable]]:
    """The events that there were, with what they are now; without a default that is no event."""
    for was in then.fields:
        is_now = now.field(renamed.get(was.name, was.name))
        if was.initial is not None and is_now is not None:
            yield was, is_now


def _blank_otherwise(
    then: Behaviour, now: Behaviour, renamed: Mapping[str, str]
) -> Iterator[tuple[str, Value, Value]]:
    """The events with another default, by their new names."""
    for was, event in _events_of(then, now, renamed):
        if was.initial is None or event.initial is None:
            continue  # it is no event any more
        if counterpart(was.initial, was, event) != event.initial:
            yield event.name, was.initial, event.initial


def _lost_of_events(
    then: Behaviour, now: Behaviour, renamed: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Value, ...], tuple[Value, ...]]]:
    """The events with fewer values, by their new names; one for all of the same values."""
    seen = set()
    for was, event in _events_of(then, now, renamed):
        if lost_values(was, event) and (was.values, event.values) not in seen:
            seen.add((was.values, event.values))
            yield event.name, was.values, event.values


def _never_changed(old: Behaviour, new: Behaviour, renamed: Mapping[str, str]) -> dict[str, Value]:
    """The new fields that no execution of either version changes, with their values."""
    before = {renamed.get(was.name, was.name): was for was in old.fields if not was.bits}
    return {
        now.name: now.initial
        for now in new.fields
        if not now.bits and now.initial is not None and now.name in before
        if before[now.name].initial == now.initial
    }


def _notes(
    judged: ComparedClaims,
    joint: Joint,
    renamed: Mapping[str, str],
    change: Difference,
    violated: Collection[str],
    written: Collection[str],
) -> ComparedClaims:
    """With what is noted otherwise of steps that do the same, where no claim says less.

    What others than observers have `written` is what they do.
    """
    old, new = joint.old.behaviour, joint.new.behaviour
    noting = {each.step for each in change.changes if _is_noted(new, each)}
    if not noting:
        return judged
    notes = [f.name for f in new.fields if f.ghost and f.name not in written]
    notes += (goal for goal in old.circuit.bad if is_claim(goal) and goal not in violated)
    weaker = {group_of(each.function) for each in judged.less}
    noting -= {each.step for each in judged.seen if each.kind == "noted"}
    found = [e for e in _unobserved(joint, old, new, noting, notes) if e.note not in weaker]
    back = {now: was for was, now in renamed.items()}
    digests = {
        f"observed {each.step}": (of_note(old, was), of_note(new, each.note))
        for each in found
        for was in [back.get(each.note, each.note)]
    }
    digests = {**judged.digests, **digests}
    return replace(judged, unobserved=tuple(found), digests=digests)


def _of_steps(old: Behaviour, new: Behaviour, change: Difference) -> dict[str, tuple[str, str]]:
    """Digests of where steps are possible, and of what they do, of which less can happen."""
    less_able = {each.step for each in change.changes if each.kind in LOST}
    digests: dict[str, tuple[str, str]] = {}
    for action in old.actions:
        if action.name not in {*less_able, *change.removed_steps}:
            continue
        fires = step_goal(action.name)
        is_left = fires in new.circuit.bad
        digests[action.name] = (
            outputs_digest(old.circuit, [fires]),
            outputs_digest(new.circuit, [fires]) if is_left else "",
        )
        if is_left:
            does = done(old.circuit, fires), done(new.circuit, fires)
            digests[f"idle {action.name}"] = does
    return digests


def _words(change: Difference, known: Collection[str]) -> dict[str, str]:
    """The words in which new names differ from old ones: of `known` fields, steps and choices."""
    found: dict[str, str] = {}
    fields = {name: now for name, now in change.joined_fields.items() if name in known}
    for was, now in (
        *fields.items(),
        *change.renamed_steps,
        *change.renamed_choices,
    ):
        old, new = WORD.findall(was), WORD.findall(now)
        if len(old) == len(new):
            found |= {a: b for a, b in zip(old, new, strict=True) if a != b}
    return found


def renamed_goals(then: Behaviour, now: Behaviour) -> dict[str, str]:
    """Properties that are gone, with one of another name that says as much, and their cases."""
    groups = {group_of(name) for name in now.circuit.bad}
    if all(group_of(name) in groups for name in then.circuit.bad):
        return {}
    claims = Implied(then, now, _events(then, now, {}))
    return claims.renamed({group_of(name) for name in then.circuit.bad} - groups)


def of_note(behaviour: Behaviour, note: str) -> str:
    """A digest of what is made of a ghost, or of a property."""
    field = behaviour.field(note)
    if field is None or note in behaviour.circuit.bad:
        return outputs_digest(behaviour.circuit, [note])
    after = {latch.name: latch.next for latch in behaviour.circuit.latches}
    noted = {f"{note} {number}": after[bit] for number, bit in enumerate(field.bits)}
    return outputs_digest(replace(behaviour.circuit, bad=noted), noted)


def _is_noted(new: Behaviour, change: Change) -> bool:
    """Whether it is about what observers write, or what properties make of that."""
    field = new.field(change.name) if change.kind == "field" else None
    return change.kind in ("property", "witness") or (field is not None and field.ghost)


def _events(then: Behaviour, now: Behaviour, known: Mapping[str, str]) -> dict[str, str]:
    """What happens in a step by another name; what steps make of it shows in what is violated."""
    gone = [f for f in then.fields if now.field(f.name) is None and f.name not in known]
    come = [f for f in now.fields if then.field(f.name) is None and f.name not in known.values()]
    return matched(((a, b) for a in gone for b in come if fits(a, b)), SIMILARITY)


def _of_claim(then: Behaviour, now: Behaviour, name: str) -> tuple[str, str]:
    left = left_of(now, group_of(name), is_claimed(name))
    return outputs_digest(then.circuit, [name]), left


def left_of(claims: Behaviour, group: str, claimed: bool) -> str:
    """A digest of all claims of a property, or of all its cases; empty where there are none."""
    left = of_property(claims.circuit.bad, group, claimed)
    return outputs_digest(claims.circuit, left) if left else ""


def _unobserved(
    joint: Joint, old: Behaviour, new: Behaviour, steps: Collection[str], notes: Collection[str]
) -> Iterator[Unobserved]:
    states = States(joint)
    for action in new.actions:
        if action.name not in steps or old.action(action.name) is None:
            continue
        for aspect in StepComparison(joint, action.name).unobserved(notes):
            example = states.where([aspect.differs], action.choices)
            if example is not None:
                yield Unobserved(action.name, aspect.name, aspect.kind == "field", example)
                break
