"""The inputs of a circuit by which a step and its choices are selected, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

STEP, CHOICE = "step:", "choice:"
"""How the names of inputs begin; no field's path has a colon, so that no latch is called so."""


def width(steps: int) -> int:
    """How many inputs select one of so many steps, or none of them by code 0."""
    return steps.bit_length()


def step_input(place: int) -> str:
    return f"{STEP}{place}"


def choice_input(place: int) -> str:
    return f"{CHOICE}{place}"


def is_step_input(name: str) -> bool:
    return name.startswith(STEP)


def selected(inputs: Mapping[str, bool], steps: int) -> int | None:
    """The code of the step that inputs select, counted from 1; None for the one that is none."""
    code = sum(1 << i for i in range(width(steps)) if inputs.get(step_input(i), False))
    return code if 1 <= code <= steps else None


def selecting(code: int, names: Iterable[str]) -> dict[str, bool]:
    """The values by which those of some inputs that select steps select this one."""
    return {
        name: bool(code >> int(name.removeprefix(STEP)) & 1)
        for name in names
        if is_step_input(name)
    }


def choice_inputs(widths: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """The inputs of each of a step's choices; steps share them."""
    place = 0
    for bits in widths:
        yield tuple(choice_input(place + i) for i in range(bits))
        place += bits
