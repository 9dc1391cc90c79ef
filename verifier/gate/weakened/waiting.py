"""States in which nothing could happen, and now only what changes nothing can."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from verifier.circuit.graph import FALSE
from verifier.evidence.traces import Value
from verifier.gate.joint import Joint, Side
from verifier.gate.weakened.states import States
from verifier.language.compiled import DEADLOCK


def waits_for_ever(joint: Joint, added: Collection[str]) -> Mapping[str, Value] | None:
    """A state that was a deadlock, and is none because of a new step that leaves it as it is."""
    if DEADLOCK not in joint.old.behaviour.circuit.bad.keys() & joint.new.behaviour.circuit.bad:
        return None
    graph, new = joint.graph, joint.new.behaviour
    ends, goes_on = _stuck(joint, joint.old), _stuck(joint, joint.new) ^ 1
    idle = []
    for action in new.actions:
        if action.name in added:
            does = joint.effect(joint.new, action, {}, [f"fires:{action.name}"])
            stays = [
                joint.same(field, joint.new.bits(field), field, does[f"field {field.name}"])
                for field in new.fields
            ]
            idle.append(graph.all([*does[f"fires:{action.name}"], *stays]))
    return States(joint).where([ends, goes_on, graph.any(idle)])


def _stuck(joint: Joint, side: Side) -> int:
    """That no step is enabled in the present state."""
    circuit = side.behaviour.circuit
    image = {latch.literal: side.image[latch.name] for latch in circuit.latches}
    image |= {bit.literal: FALSE for bit in circuit.inputs}
    [found] = circuit.graph.copy_into(joint.graph, [circuit.bad[DEADLOCK]], image)
    return found
