"""Whether two versions of a system fold to the same gates, before any question is asked."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.diff.miter import Joint
from verifier.diff.pairing import same_code
from verifier.diff.side import Side
from verifier.diff.step_comparison import claims_in
from verifier.language.goals import step_goal


def folds_equal(joint: Joint) -> bool:
    """Whether all that steps do folds to the same gates, so that none does anything else."""
    old, new = joint.old.behaviour, joint.new.behaviour
    steps = [(action.name, action.code, action.choices) for action in old.actions]
    if steps != [(action.name, action.code, action.choices) for action in new.actions]:
        return False
    if joint.extra or any(not same_code(was, now) for was, now in joint.fields):
        return False
    shared = sorted(claims_in(old) & claims_in(new))
    goals = [*shared, *(step_goal(action.name) for action in new.actions)]
    return _whole(joint, joint.old, goals, 0) == _whole(joint, joint.new, goals, 1)


def _whole(joint: Joint, side: Side, goals: Sequence[str], number: int) -> list[int]:
    """Each shared field's next value, and goals, whatever step is taken."""
    circuit = side.behaviour.circuit
    image = {latch.literal: side.image[latch.name] for latch in circuit.latches}
    image |= {bit.literal: joint.new.image[bit.name] for bit in circuit.inputs}
    after = {latch.name: latch.next for latch in circuit.latches}
    held = [bit for pair in joint.fields for bit in pair[number].bits]
    roots = [*(after[bit] for bit in held), *(circuit.bad[goal] for goal in goals)]
    return list(circuit.graph.copy_into(joint.graph, roots, image))
