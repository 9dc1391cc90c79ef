"""A system and what every engine must say about it."""

from collections.abc import Callable
from dataclasses import dataclass

from verifier.circuit.circuit import Circuit

HOLDS = None


@dataclass(frozen=True)
class Known:
    """Per property the number of steps of a shortest violation, or HOLDS."""

    build: Callable[[], Circuit]
    depth: dict[str, int | None]
