"""What a step that is not possible any more hides: the change with the step as it was there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour
from verifier.diff.compare import Difference
from verifier.diff.miter import Joint
from verifier.diff.step_comparison import StepComparison
from verifier.engines.contract import Query
from verifier.evidence.verdicts import Violated
from verifier.gate.divergence import Hunk
from verifier.gate.weakened.comparing import LOST
from verifier.language.plain_values import plural
from verifier.viewer.markup import inert

NAMED = 3
"""Changed lines that are named."""


def masked(
    old: Behaviour,
    new: Behaviour,
    change: Difference,
    goals: Collection[str],
    hunks: Sequence[Hunk],
    query: Query,
) -> Iterator[str]:
    """Properties that hold, and would not if steps were possible where they were, in words."""
    steps = list(dict.fromkeys(each.step for each in change.changes if each.kind in LOST))
    wanted = [goal for goal in goals if goal in old.circuit.bad and goal in new.circuit.bad]
    if not (steps and wanted):
        return
    was = old.with_steps(dict(change.renamed_steps))
    circuit = _mixed(Joint(was, new, change.joined_fields), steps, wanted)
    lines = [f"{inert(each.place)} in {each.function}" for each in hunks]
    ran = {key.rpartition(":")[2] for key in new.functions}
    here = [line for line, each in zip(lines, hunks, strict=True) if each.function in ran]
    named = ", ".join(dict.fromkeys(here[:NAMED]))
    for goal, verdict in query(circuit, wanted).items():
        if isinstance(verdict, Violated):
            after = plural(verdict.depth, "step")
            yield (
                f"{new.system}/{goal} holds only because {' and '.join(f'`{s}`' for s in steps)} "
                f"does less where it did something: else it is violated after {after}"
                + f"; changed: {named}"
                * bool(named)
            )


def _mixed(joint: Joint, steps: Sequence[str], goals: Sequence[str]) -> Circuit:
    """The new version, but where only the old one can take a step, with what that does."""
    graph, new = joint.graph, joint.new.behaviour
    whole = joint.circuit({})
    after = {latch.name: latch.next for latch in whole.latches}
    image = {bit.literal: joint.new.image[bit.name] for bit in new.circuit.inputs}
    image |= {latch.literal: joint.new.image[latch.name] for latch in new.circuit.latches}
    copied = new.circuit.graph.copy_into(graph, [new.circuit.bad[goal] for goal in goals], image)
    bad: Mapping[str, int] = dict(zip(goals, copied, strict=True))
    for step in steps:
        was, now = joint.versions(step)
        chosen, _ = joint.choices(was, now)
        then = joint.effect(joint.old, was, chosen, goals)
        aspects = StepComparison(joint, step).aspects()
        gone = graph.any(each.differs for each in aspects if each.kind in LOST)
        lost = graph.both(joint.selected(step), gone)
        for was_field, now_field in joint.fields:
            if now_field.bits:
                values = joint.recoded(was_field, then[f"field {was_field.name}"], now_field)
                for bit, value in zip(now_field.bits, values, strict=True):
                    after[bit] = graph.choose(lost, value, after[bit])
        bad = {goal: graph.choose(lost, then[goal][0], literal) for goal, literal in bad.items()}
    latches = tuple(replace(latch, next=after[latch.name]) for latch in whole.latches)
    return replace(whole, latches=latches, bad=dict(bad))
