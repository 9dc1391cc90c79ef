"""States in which nothing could happen at the base, and that are reached because something can."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from verifier.circuit.aig import FALSE
from verifier.compiler.behaviour import Behaviour
from verifier.compiler.digest import outputs_digest
from verifier.compiler.transition_system import DEADLOCK
from verifier.diff.compare import Difference
from verifier.diff.miter import Joint, Side
from verifier.engines.contract import Query
from verifier.evidence.verdicts import Unknown, Violated
from verifier.gate.weakened.states import States
from verifier.language.plain_values import Value


@dataclass(frozen=True)
class Waits:
    """A state that was a deadlock, how far it is, and digests of what was and is one."""

    depth: int
    example: Mapping[str, Value]
    digests: tuple[str, str]


def waits(
    old: Behaviour,
    new: Behaviour,
    change: Difference,
    goals: Collection[str],
    query: Query,
) -> Iterator[Waits | str]:
    """Whether a state is reached in which no step of the base was possible.

    Some step is possible there now, or `deadlock` would be violated. A text says what is not known.
    """
    if DEADLOCK not in goals or DEADLOCK not in old.circuit.bad.keys() & new.circuit.bad.keys():
        return
    joint = Joint(old.with_steps(dict(change.renamed_steps)), new, change.joined_fields)
    ends = joint.graph.both(joint.same_state, _stuck(joint, joint.old))
    example = States(joint).where([ends])
    if example is None:
        return
    circuit = replace(joint.circuit({}), bad={DEADLOCK: ends})
    verdict = query(circuit, [DEADLOCK])[DEADLOCK]
    if isinstance(verdict, Unknown):
        what = f"{new.system} reaches a state in which nothing could happen"
        yield f"not known whether {what}: {verdict.reason}"
    elif isinstance(verdict, Violated):
        digests = outputs_digest(old.circuit, [DEADLOCK]), outputs_digest(new.circuit, [DEADLOCK])
        yield Waits(verdict.depth - 1, example, digests)


def _stuck(joint: Joint, side: Side) -> int:
    """That no step is enabled in the present state."""
    circuit = side.behaviour.circuit
    image = {latch.literal: side.image[latch.name] for latch in circuit.latches}
    image |= {bit.literal: FALSE for bit in circuit.inputs}
    [found] = circuit.graph.copy_into(joint.graph, [circuit.bad[DEADLOCK]], image)
    return found
