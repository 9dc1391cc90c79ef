"""The parts of a claim that fail in a state: each has what it looks at, and causes of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verifier.execution.machine import Machine
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.stores import consecutive
from verifier.language.system import Binding, bindings
from verifier.language.tracing.claim_parts import parts_of


@dataclass(frozen=True)
class JudgedPart:
    """A part of a claim that fails for some records, and what it looks at.

    Where it compares records that is what differs.
    """

    text: str
    binding: Binding
    seen: dict[str, Any]
    compares: bool

    def holds(self, machine: Machine) -> bool:
        """Whether it holds in another state."""
        try:
            return bool(self.binding.holds(machine.run.store)) is not self.binding.function.sought
        except ModelError:  # without what stands before it in the claim it may make no sense
            return False


def failing_parts(machine: Machine, claim: ModelFunction) -> list[JudgedPart]:
    """The parts that fail for the first records for which the claim does.

    None of a claim whose body says when it is violated: all parts of that hold then.
    """
    if claim.sought:
        return []
    different: set[str] = set()
    equal: set[str] = set()

    def compared(one: Any, other: Any) -> None:
        leaves, values = machine.run.store.leaves, machine.run.store.values
        size = len(one._values())
        for mine, theirs in zip(*(consecutive(e._base, size) for e in (one, other)), strict=True):
            paths = leaves[mine].path, leaves[theirs].path
            if values[mine] == values[theirs]:
                equal.update(paths)
            else:
                different.update(paths)

    parts = parts_of(claim, compared)
    for whole in bindings(machine.system, claim):
        if bool(whole.holds(machine.run.store)) is not claim.sought:
            continue
        found = []
        for part in parts:
            different.clear()
            equal.clear()
            binding = Binding(part, whole.places)
            reads = _reads(machine, binding)
            if reads is not None:
                seen = {f: v for f, v in reads.items() if f in different or f not in equal}
                found.append(JudgedPart(part.name, binding, seen, bool(different or equal)))
        return found
    return []


def _reads(machine: Machine, binding: Binding) -> dict[str, Any] | None:
    """What a part looks at; None where it holds, or makes no sense alone."""
    machine.run.reads = {}
    try:
        holds = bool(binding.holds(machine.run.store))
    except ModelError:
        return None
    finally:
        reads, machine.run.reads = machine.run.reads, None
    return reads if holds is binding.function.sought else None
