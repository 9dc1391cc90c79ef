"""What models assert: each assertion with all that its meaning and its being reached depend on.

That is the text of the conditions on it, of what gives values to names that it reads, and of the
functions that only assertions call. A call of a function that asserts is part of it, too.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from verifier.gate.weakened.asserted import (
    Around,
    Held,
    attributes_asserted,
    attributes_set,
    constants,
    is_assertion,
    predicates_in,
)
from verifier.gate.weakened.functions import Calls, Functions
from verifier.gate.weakened.texts import Written, by_new_names


@dataclass(frozen=True)
class Assertions:
    """What each function of a project asserts, by its key."""

    held: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)

    def of(self, functions: Collection[str]) -> list[tuple[str, Held]]:
        """The assertions in some functions and in the plain ones that these call."""
        ran = sorted(self.calls.running(functions))
        return [(key, each) for key in ran for each in self.held.get(key, ())]

    def lost(
        self, ran: Collection[str], now: Assertions, run: Collection[str], names: Mapping[str, str]
    ) -> list[tuple[str, Written]]:
        """The assertions in functions that ran, and are not in those that run now, by name.

        `names` are words that are called otherwise.
        """
        left, found = now.of(run), []
        for key, each in self.of(ran):
            reached = now.calls.reached(self._keys_now(key, now, names))
            same = next(
                (
                    (place, other)
                    for place, other in left
                    if (not reached or place in reached) and each.is_as_it_was(other, names)
                ),
                None,
            )
            if same is None:
                found.append((key.rpartition(":")[2], each.written))
            else:
                left.remove(same)
        return found

    def _keys_now(self, key: str, now: Assertions, names: Mapping[str, str]) -> set[str]:
        """A function's key now: in the file that it was in, else in those that had none like it."""
        where, _, name = key.rpartition(":")
        name = by_new_names(name, names)
        if f"{where}:{name}" in now.calls.of:
            return {f"{where}:{name}"}
        come = now.calls.of.keys() - self.calls.of.keys()
        return {each for each in come if each.endswith(f":{name}")}


def assertions(functions: Functions) -> Assertions:
    """All that the models and properties of a project assert."""
    asserting = functions.asserting()
    nodes = [(each.file, each.node) for each in functions.all]
    predicates = predicates_in(nodes, functions.named) | constants(functions.files)
    assigned = functions.found_in(attributes_set)
    asserted = functions.found_in(attributes_asserted)
    held: dict[str, tuple[Held, ...]] = {}
    for each in functions.all:
        around = Around(each.where, each.node, predicates, each.imported, assigned, asserted)
        found = tuple(
            around.held(node)
            for node in ast.walk(each.node)
            if isinstance(node, ast.stmt | ast.expr)
            if is_assertion(node) or not asserting.isdisjoint(functions.called_by(node, each))
        )
        held[each.key] = (*held.get(each.key, ()), *found)
    return Assertions(held, Calls(functions.calls))
