"""How people are shown who has the registers, and what somebody finds in them."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from nestproof.models.ownership.access import FpuAccess, TransientAccess
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import Each, Hands, Moment, Sentence, good, wrong

State = TypeVar("State")

HANDS: Hands[Any] = Hands("the registers", (Each(Contents, lambda contents: contents.owner),))
UNUSED = "the registers' initial state"


def text(value: bool | Enum | None) -> str:
    """A value as people read it."""
    if value is None:
        return "None"
    return value.name if isinstance(value, Enum) else "1" if value else "0"


def touches_the_registers(now: Moment[State], access: Callable[[State], FpuAccess]) -> str:
    """Who executes an FPU instruction, where it does not fault; else nothing."""
    done = any(now.given(lambda state: access(state).executed))
    return f"{access(now.after).context.name} executes an FPU instruction" if done else ""


def tries_the_registers(now: Moment[State], tries: Callable[[State], TransientAccess]) -> str:
    """Who executes an FPU instruction, though it may fault; else nothing."""
    tried = any(now.given(lambda state: tries(state).tried))
    return f"{tries(now.after).context.name} tries an FPU instruction" if tried else ""


def registers_of(owner: Context) -> str:
    """Whose contents are in the registers."""
    return UNUSED if owner == Context.INIT else f"{owner.name}'s registers"


def found_in_the_registers(
    now: Moment[State], access: Callable[[State], FpuAccess]
) -> Sentence | None:
    """Whose registers a context found, or what value; nothing where the claim does not look."""
    if not now.judges(lambda state: (access(state).found.owner, access(state).found.value)):
        return None
    seen = access(now.after)
    who, owner = seen.context.name, seen.found.owner
    if owner != seen.context:
        return (f"{who}'s FPU access finds ", wrong(registers_of(owner)))
    if seen.found.value == seen.latest:
        return None
    return (
        f"{who}'s FPU access should find ",
        good(text(seen.latest)),
        ", which it wrote last, but finds ",
        wrong(text(seen.found.value)),
        " of before",
    )


def found_by_trying(
    now: Moment[State], tries: Callable[[State], TransientAccess]
) -> Sentence | None:
    """Whose registers an instruction has at hand until it faults; nothing as above."""
    if not now.judges(lambda state: tries(state).found.owner):
        return None
    seen = tries(now.after)
    whose = wrong(registers_of(seen.found.owner))
    return (f"{seen.context.name}'s attempt finds ", whose, ", even if a fault follows")
