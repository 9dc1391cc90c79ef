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
from verifier.gate.pairing import same_code


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
    for step in dict.fromkeys(each.step for each in change.changes if each.kind == "field"):
        wanted = [goal for goal in goals if goal in was.circuit.bad and goal in new.circuit.bad]
        joint = Joint(was, new, dict(change.renamed_fields))
        circuit, fields = _put_back(joint, step)
        if not (fields and wanted):
            continue
        left = None if limits.seconds is None else limits.seconds - (monotonic() - begin)
        search = replace(limits, seconds=None if left is None else max(left, 0.1))
        for goal, verdict in auto(circuit, wanted, search, watch, jobs=1).items():
            if isinstance(verdict, Unknown):
                what = f"{new.system}/{goal} holds only because `{step}` sets less"
                yield f"it is not known whether {what}: {verdict.reason}"
            if isinstance(verdict, Violated):
                fires = f"fires:{step}"
                digests = done(was.circuit, fires), done(new.circuit, fires)
                yield Dropped(step, fields, goal, verdict.depth, digests)
                break


def _put_back(joint: Joint, step: str) -> tuple[Circuit, tuple[str, ...]]:
    """The new version where a step also sets what only the old one set; and these fields."""
    graph, new = joint.graph, joint.new.behaviour
    whole = joint.circuit({})
    image = {bit.literal: joint.new.image[bit.name] for bit in new.circuit.inputs}
    image |= {latch.literal: joint.new.image[latch.name] for latch in new.circuit.latches}
    goals = [goal for goal in new.circuit.bad if ":" not in goal]
    bad = _goals_of(joint, goals, image)
    after = {latch.name: latch.next for latch in whole.latches}
    was, now = joint.old.behaviour.action(step), new.action(step)
    assert was is not None, "the step is in both versions"
    assert now is not None, "the step is in both versions"
    chosen, alike = joint.choices(was, now)
    fires = f"fires:{step}"
    then, here = (
        joint.effect(joint.old, was, chosen, [fires]),
        joint.effect(joint.new, now, {}, [fires]),
    )
    taken = graph.all([joint.selected(step), joint.alike, alike, then[fires][0], here[fires][0]])
    found = []
    for was_field, field in joint.fields:
        lost = _lost(joint, was_field, field, then, here)
        if field.ghost or not field.bits or lost == FALSE:
            continue
        found.append(field.name)
        for bit, value in zip(field.bits, then[f"field {was_field.name}"], strict=True):
            after[bit] = graph.choose(graph.both(taken, lost), value, after[bit])
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
    if not (was.bits and same_code(was, now)):
        return FALSE
    graph, bits = joint.graph, joint.new.bits(now)
    left = joint.same(now, bits, now, here[f"field {now.name}"])
    stays = joint.same(was, joint.old.bits(was), was, then[f"field {was.name}"])
    return graph.both(left, stays ^ 1)
