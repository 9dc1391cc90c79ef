"""What one system is judged by less than at the base, decided on circuits and over all states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from verifier.evidence.traces import Value
from verifier.gate.behaviour import Behaviour
from verifier.gate.differences import Difference
from verifier.gate.digests import done, said
from verifier.gate.examples import Change
from verifier.gate.joint import Joint
from verifier.gate.renaming import ALIKE, matched
from verifier.gate.weakened.implied import ALWAYS, SOMETIMES, Implied, Less, group_of
from verifier.gate.weakened.states import States

LOST = ("disabled", "idle")
"""Changes by which less can happen in a step."""


@dataclass(frozen=True)
class Unobserved:
    """A step that does the same to every field, of which less is noted: it violated a property."""

    step: str
    property: str
    example: Mapping[str, Value]


@dataclass(frozen=True)
class Compared:
    """What a system says of its change; digests are of what was and what is, by name."""

    less: tuple[Less, ...] = ()
    heirs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each property that is gone, those with another name that say as much."""
    unobserved: tuple[Unobserved, ...] = ()
    noted: bool = False
    """Whether any step leaves a ghost, a property or a case otherwise."""
    ran: Collection[str] = ()
    runs: Collection[str] = ()
    """The model functions that its steps and properties ran, and run."""
    digests: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def compared(
    old: Behaviour, new: Behaviour, then: Behaviour, now: Behaviour, change: Difference | None
) -> Compared:
    """Two versions of a system, and the claims about it `then` and `now`."""
    known = {} if change is None else dict(change.renamed_fields)
    renamed = known | _events(then, now, known)
    claims = Implied(then, now, renamed)
    less = claims.less()
    gone = {group_of(name) for name in then.circuit.bad} - {
        group_of(name) for name in now.circuit.bad
    }
    digests = {each.function: _of_claim(then, now, each.function) for each in less}
    unobserved: list[Unobserved] = []
    if change is not None:
        old = old.with_steps(dict(change.renamed_steps)).with_goals(dict(change.renamed_goals))
        weaker = {group_of(each.function) for each in less}
        violating = {each.step for each in change.changes if each.kind == "property"}
        found = _unobserved(Joint(old, new, renamed), old, new, violating) if violating else ()
        unobserved += (each for each in found if each.property not in weaker)
        digests |= {
            f"observed {each.step}": (said(old.circuit, [goal]), said(new.circuit, [goal]))
            for each in unobserved
            for goal in [each.property]
        }
        less_able = {each.step for each in change.changes if each.kind in LOST}
        for action in old.actions:
            if action.name not in {*less_able, *change.removed_steps}:
                continue
            fires = f"fires:{action.name}"
            is_left = fires in new.circuit.bad
            digests[action.name] = (
                said(old.circuit, [fires]),
                said(new.circuit, [fires]) if is_left else "",
            )
            if is_left:
                does = done(old.circuit, fires), done(new.circuit, fires)
                digests[f"idle {action.name}"] = does
    heirs = {group: tuple(claims.heirs(group)) for group in sorted(gone)}
    noted = change is not None and any(_is_noted(new, each) for each in change.changes)
    return Compared(
        tuple(less), heirs, tuple(unobserved), noted, old.functions, new.functions, digests
    )


def renamed_goals(then: Behaviour, now: Behaviour) -> dict[str, str]:
    """Properties that are gone, with one of another name that says as much, and their cases."""
    groups = {group_of(name) for name in now.circuit.bad}
    if all(group_of(name) in groups for name in then.circuit.bad):
        return {}
    claims = Implied(then, now, _events(then, now, {}))
    return claims.renamed({group_of(name) for name in then.circuit.bad} - groups)


def _is_noted(new: Behaviour, change: Change) -> bool:
    """Whether it is about what observers write, or what properties make of that."""
    field = new.field(change.name) if change.kind == "field" else None
    return change.kind in ("property", "witness") or (field is not None and field.ghost)


def _events(then: Behaviour, now: Behaviour, known: Mapping[str, str]) -> dict[str, str]:
    """What happens in a step by another name; what steps make of it shows in what is violated."""
    gone = [f for f in then.fields if now.field(f.name) is None and f.name not in known]
    come = [f for f in now.fields if then.field(f.name) is None and f.name not in known.values()]
    return matched(((was, is_now) for was in gone for is_now in come), ALIKE)


def _of_claim(then: Behaviour, now: Behaviour, name: str) -> tuple[str, str]:
    return said(then.circuit, [name]), left_of(now, name)


def left_of(claims: Behaviour, name: str) -> str:
    """A digest of all that there is of a function's kind in its property; empty for nothing."""
    kind = ALWAYS if name.startswith(ALWAYS) else SOMETIMES
    left = [n for n in claims.circuit.bad if n.startswith(f"{kind}{group_of(name)}/")]
    return said(claims.circuit, left) if left else ""


def _unobserved(
    joint: Joint, old: Behaviour, new: Behaviour, steps: Collection[str]
) -> Iterator[Unobserved]:
    states = States(joint)
    for action in new.actions:
        if action.name not in steps or old.action(action.name) is None:
            continue
        for aspect in joint.unobserved(action.name):
            example = states.where([aspect.differs], action.choices)
            if example is not None:
                yield Unobserved(action.name, aspect.name, example)
                break
