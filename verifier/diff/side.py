"""One version of a system in a graph that it shares with another."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.compiler.behaviour import Behaviour, Variable


@dataclass
class Side:
    """One version: the literals of its latches and inputs in the joint graph."""

    behaviour: Behaviour
    image: dict[str, int] = field(default_factory=dict)

    def bits(self, variable: Variable) -> tuple[int, ...]:
        """A field's literals; constants where it never changes."""
        if variable.bits or len(variable.values) == 1:
            return tuple(self.image[bit] for bit in variable.bits)
        assert variable.initial is not None, "what never changes starts with one value"
        return tuple(map(int, variable.code(variable.initial)))
