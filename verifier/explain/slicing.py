"""What a violation depends on, step by step: values that steps give, and values that they keep.

Gyimothy, Beszedes, Forgacs: An Efficient Relevant Slicing Method for Debugging. ESEC/FSE 1999.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.execution.execution import Execution
from verifier.execution.machine import Machine
from verifier.explain.causes import Causes, assigned, at_once, causes
from verifier.explain.counterfactual_branches import Effect

NOTHING = Causes({}, ())
MOST_READS = 8
"""Fields that a decision reads, beyond which only those count that alone decide."""


@dataclass(frozen=True)
class Slice:
    """Each step's causes, and the fields after each step on which the violation depends."""

    causes: list[Causes]
    wanted: list[frozenset[str]]

    def longer(self) -> Slice:
        """With one more step, which fails its assertion: it changes nothing."""
        return Slice([*self.causes, NOTHING], [*self.wanted, frozenset()])


def sliced(
    execution: Execution,
    fields: Collection[str],
    changing: Collection[str] | None = None,
    effects: Sequence[Effect] = (),
) -> Slice:
    """Each step's causes of what the fields after the last step depend on.

    From the last step backwards: a step that writes a wanted field is asked for its causes, which
    are wanted in their turn; so is what the step needs to be possible. A field that a step keeps,
    and would have written had a decision gone the other way that is named for it, depends on what
    that decision read.
    """
    states, moves = execution.states, execution.moves
    machine = Machine(execution.system)
    written = [assigned(taken.call) for taken in execution.taken]
    wanted, found = set(fields), [NOTHING] * len(moves)
    after = [frozenset[str]()] * len(moves)
    for number in reversed(range(len(moves))):
        after[number] = frozenset(wanted)
        relevant = sorted(wanted & written[number])
        if relevant:
            search = causes(machine, states[number], moves[number], relevant, changing)
            found[number] = at_once(search)
        found[number] = _with_decisions(found[number], execution, effects, number, wanted)
        cause = found[number]
        wanted -= set(relevant)
        wanted |= {name for names in cause.because.values() for name in names}
        wanted |= set(cause.needs)
    return Slice(found, after)


def _with_decisions(
    causes: Causes, execution: Execution, effects: Sequence[Effect], number: int, wanted: set[str]
) -> Causes:
    """The causes of a step with what its named decisions read, and the fields kept by them."""
    because = dict(causes.because)
    for effect in effects:
        one = effect.decision
        if effect.number != number or not one.is_of_code or not effect.is_clean:
            continue
        reads = one.reads if len(one.reads) <= MOST_READS else ()
        for field in changed(execution, effect):
            if field in wanted:
                known = because.get(field, (field,))
                because[field] = tuple(dict.fromkeys((*known, *reads)))
    return Causes(because, causes.needs)


def changed(execution: Execution, effect: Effect) -> dict[str, tuple[Any, Any]]:
    """The fields that have another value after a step with a decision turned, with both values."""
    if effect.values is None:
        return {}
    after: Sequence[Any] = execution.states[effect.number + 1]
    leaves = execution.system.layout.leaves
    return {
        leaf.path: (one, other)
        for leaf, one, other in zip(leaves, after, effect.values, strict=True)
        if one != other
    }
