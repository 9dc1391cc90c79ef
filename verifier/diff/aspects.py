"""One thing that a step may do differently."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Aspect:
    """One thing that a step may do differently: a field's next value, or a judgement."""

    step: str
    kind: str
    """`disabled`, `enabled`, `idle`, `failing` where it was not; `field`, `property`, `witness`."""
    name: str
    differs: int
    old: tuple[int, ...]
    new: tuple[int, ...]
