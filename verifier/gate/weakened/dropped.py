"""What a step does not set any more, where a property holds only because of that."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from verifier.circuit.circuit import Circuit
from verifier.circuit.graph import FALSE
from verifier.engines.auto import auto
from verifier.evidence.verdicts import Limits, Unknown, Violated, Watch, silent
from verifier.gate.behaviour import Behaviour, Variable
from verifier.gate.differences import Difference
from verifier.gate.digests import done
from verifier.gate.joint import Joint

FIELDS = 8
"""Fields of which each is put back alone, and left out alone."""


@dataclass(frozen=True)
class Dropped:
    """Fields that a step leaves as they are where it set them: else a property is violated."""

    step: str
    fields: tuple[str, ...]
    property: str
    depth: int
    digests: tuple[str, str]
    """Of what the steps did, and do."""


def dropped(
    old: Behaviour,
    new: Behaviour,
    change: Difference,
    goals: Collection[str],
    limits: Limits,
    watch: Watch = silent,
) -> Iterator[Dropped | str]:
    """Each step with dropped assignments that hide a violation of some properties that hold.

    A text says what is not known. The limits are for all steps together.
    """
    begin = monotonic()
    was = old.with_steps(dict(change.renamed_steps)).with_goals(dict(change.renamed_goals))
    wanted = [goal for goal in goals if goal in was.circuit.bad and goal in new.circuit.bad]
    changed = dict.fromkeys(each.step for each in change.changes if each.kind == "field")
    apart: list[tuple[str, ...]] = [(step,) for step in changed]
    for steps in [*apart, tuple(changed)] if len(changed) > 1 else apart:
        joint = Joint(was, new, change.joined_fields)
        every = _put_back(joint, steps)[1] if wanted else ()
        for fields in _some_of(every):
            circuit, _ = _put_back(Joint(was, new, change.joined_fields), steps, fields)
            left = None if limits.seconds is None else limits.seconds - (monotonic() - begin)
            search = replace(limits, seconds=None if left is None else max(left, 0.1))
            found = auto(circuit, wanted, search, watch, jobs=1)
            hidden = next((g for g, v in found.items() if isinstance(v, Violated)), None)
            if hidden is not None:
                fires = f"fires:{steps[0]}"
                digests = done(was.circuit, fires), done(new.circuit, fires)
                yield Dropped(steps[0], fields, hidden, found[hidden].depth, digests)
                break
            for goal, verdict in found.items():
                if isinstance(verdict, Unknown):
                    what = f"{new.system}/{goal} holds only because `{steps[0]}` sets less"
                    yield f"it is not known whether {what}: {verdict.reason}"


def _some_of(fields: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All of some fields, each alone, and all but each: one of them may be what breaks."""
    alone = [(field,) for field in fields[:FIELDS]]
    others = [tuple(each for each in fields if each != field) for field in fields[:FIELDS]]
    yield from (some for some in dict.fromkeys([fields, *alone, *others]) if some)


def _put_back(
    joint: Joint, steps: Collection[str], only: Collection[str] | None = None
) -> tuple[Circuit, tuple[str, ...]]:
    """The new version where steps also set what only the old ones set; and these fields.

    `only` some of them, if it says which. Ghosts go with what is put back.
    """
    graph, new = joint.graph, joint.new.behaviour
    whole = joint.circuit({})
    image = {bit.literal: joint.new.image[bit.name] for bit in new.circuit.inputs}
    image |= {latch.literal: joint.new.image[latch.name] for latch in new.circuit.latches}
    goals = [goal for goal in new.circuit.bad if ":" not in goal]
    bad = _goals_of(joint, goals, image)
    after = {latch.name: latch.next for latch in whole.latches}
    found: dict[str, None] = {}
    for step in steps:
        was, now = joint.versions(step)
        chosen, alike = joint.choices(was, now)
        [then, here] = (
            joint.effect(side, action, given, [f"fires:{step}"])
            for side, action, given in ((joint.old, was, chosen), (joint.new, now, {}))
        )
        able = [effect[f"fires:{step}"][0] for effect in (then, here)]
        lost = {
            field.name: _lost(joint, was_field, field, then, here)
            for was_field, field in joint.fields
            if field.bits and (only is None or field.ghost or field.name in only)
        }
        set_back = [f for _, f in joint.fields if lost.get(f.name, FALSE) != FALSE and not f.ghost]
        found |= dict.fromkeys(field.name for field in set_back)
        somewhere = graph.any(lost[field.name] for field in set_back)
        taken = graph.all([joint.selected(step), joint.alike, alike, *able, somewhere])
        for was_field, field in joint.fields:
            if lost.get(field.name, FALSE) == FALSE:
                continue
            here_lost = graph.both(taken, lost[field.name])
            values = joint.recoded(was_field, then[f"field {was_field.name}"], field)
            for bit, value in zip(field.bits, values, strict=True):
                after[bit] = graph.choose(here_lost, value, after[bit])
    latches = tuple(replace(latch, next=after[latch.name]) for latch in whole.latches)
    return replace(whole, latches=latches, bad=bad), tuple(found)


def _goals_of(joint: Joint, goals: Collection[str], image: dict[int, int]) -> dict[str, int]:
    """The new version's goals in the joint graph."""
    circuit = joint.new.behaviour.circuit
    copied = circuit.graph.copy_into(joint.graph, [circuit.bad[goal] for goal in goals], image)
    return dict(zip(goals, copied, strict=True))


def _lost(
    joint: Joint,
    was: Variable,
    now: Variable,
    then: dict[str, list[int]],
    here: dict[str, list[int]],
) -> int:
    """That the old version changes a field, and the new one leaves it as it is."""
    if not was.bits:
        return FALSE
    graph, bits = joint.graph, joint.new.bits(now)
    left = joint.same(now, bits, now, here[f"field {now.name}"])
    stays = joint.same(was, joint.old.bits(was), was, then[f"field {was.name}"])
    return graph.both(left, stays ^ 1)
