"""What a step does not set any more, where a property holds only because of that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from verifier.audit.proof_checking import path_violates
from verifier.circuit.aig import FALSE
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.compiler.behaviour import Behaviour, Variable
from verifier.compiler.digest import done
from verifier.diff.compare import Difference
from verifier.diff.miter import Joint
from verifier.engines.contract import Query
from verifier.evidence.verdicts import Path, Proved, Unknown, Violated
from verifier.language.goals import is_claim, step_goal


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
    query: Query,
) -> Iterator[Dropped | str]:
    """The steps with dropped assignments that hide a violation of some properties that hold.

    Each assignment of each step may be put back or not, and stays so: one search is about all that
    can be chosen. Where nothing is violated even if that changes from step to step, which is easier
    to prove, there is none. A text says what is not known.
    """
    was = old.with_steps(dict(change.renamed_steps)).with_goals(dict(change.renamed_goals))
    wanted = [goal for goal in goals if goal in was.circuit.bad and goal in new.circuit.bad]
    steps = dict.fromkeys(each.step for each in change.changes if each.kind == "field")
    free, chosen = _put_back(Joint(was, new, change.joined_fields), steps, stays=False)
    if not (wanted and chosen):
        return
    found = query(free, wanted)
    left = [goal for goal, verdict in found.items() if not isinstance(verdict, Proved)]
    if not left:
        return
    circuit, _ = _put_back(Joint(was, new, change.joined_fields), steps, stays=True)
    for goal, verdict in query(circuit, left).items():
        if isinstance(verdict, Violated):
            needed = _needed(circuit, goal, verdict.path, [*chosen.values()])
            fields: dict[str, list[str]] = {}
            for (step, field), name in chosen.items():
                if name in needed:
                    fields.setdefault(step, []).append(field)
            for step, names in fields.items():
                digests = done(was.circuit, step_goal(step)), done(new.circuit, step_goal(step))
                yield Dropped(step, tuple(names), goal, verdict.depth, digests)
            return
        if isinstance(verdict, Unknown):
            what = f"{new.system}/{goal} holds only because a step sets less"
            yield f"not known whether {what}: {verdict.reason}"


def _needed(circuit: Circuit, goal: str, path: Path, latches: Collection[str]) -> set[str]:
    """The latches without which an execution would not violate a property."""
    start = dict(path.start)
    for name in latches:
        fewer = Path({**start, name: False}, path.inputs)
        if path_violates(circuit, goal, fewer) is None:
            start[name] = False
    return {name for name in latches if start[name]}


def _put_back(
    joint: Joint, steps: Iterable[str], stays: bool
) -> tuple[Circuit, dict[tuple[str, str], str]]:
    """The new version where steps may also set what only the old ones set.

    With it the names of what says so, by step and field: inputs, or latches that start as anything
    and stay. Ghosts go with what is put back.
    """
    graph, new = joint.graph, joint.new.behaviour
    whole = joint.circuit({})
    image = {bit.literal: joint.new.image[bit.name] for bit in new.circuit.inputs}
    image |= {latch.literal: joint.new.image[latch.name] for latch in new.circuit.latches}
    bad = _goals_of(joint, [goal for goal in new.circuit.bad if is_claim(goal)], image)
    after = {latch.name: latch.next for latch in whole.latches}
    chosen: dict[tuple[str, str], int] = {}
    for step in steps:
        was, now = joint.versions(step)
        given, same_choices = joint.choices(was, now)
        [then, here] = (
            joint.effect(side, action, choices, [step_goal(step)])
            for side, action, choices in ((joint.old, was, given), (joint.new, now, {}))
        )
        able = [effect[step_goal(step)][0] for effect in (then, here)]
        taken = graph.all([joint.selected(step), joint.same_state, same_choices, *able])
        lost = {
            now.name: _lost(joint, was, now, then, here) for was, now in joint.fields if now.bits
        }
        put = {}
        for _, field in joint.fields:
            if lost.get(field.name, FALSE) != FALSE and not field.ghost:
                chosen[step, field.name] = graph.variable()
                put[field.name] = graph.all([taken, chosen[step, field.name], lost[field.name]])
        somewhere = graph.any(put.values())
        for was_field, field in joint.fields:
            if lost.get(field.name, FALSE) != FALSE:
                ghost = graph.both(somewhere, lost[field.name])
                values = joint.recoded(was_field, then[f"field {was_field.name}"], field)
                for bit, value in zip(field.bits, values, strict=True):
                    after[bit] = graph.choose(put.get(field.name, ghost), value, after[bit])
    latches = tuple(replace(latch, next=after[latch.name]) for latch in whole.latches)
    names = {key: f"put back {' '.join(key)}" for key in chosen}
    if stays:
        latches += tuple(Latch(names[key], bit, bit, None) for key, bit in chosen.items())
        return replace(whole, latches=latches, bad=bad), names
    inputs = (*whole.inputs, *(Input(names[key], bit) for key, bit in chosen.items()))
    return replace(whole, inputs=inputs, latches=latches, bad=bad), names


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
