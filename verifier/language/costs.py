"""What exploring a system's functions took."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass
class Cost:
    """What a function took, its callees included."""

    calls: int = 0
    paths: int = 0
    gates: int = 0
    seconds: float = 0.0
    files: frozenset[str] = frozenset()
    """Where functions of its name are that ran, from the project's folder."""


def total(costs: Iterable[Mapping[str, Cost]]) -> dict[str, Cost]:
    """By function, what several explorations took together."""
    sums: dict[str, Cost] = {}
    for several in costs:
        for name, cost in several.items():
            before = sums.get(name, Cost())
            sums[name] = Cost(
                before.calls + cost.calls,
                before.paths + cost.paths,
                before.gates + cost.gates,
                before.seconds + cost.seconds,
                before.files | cost.files,
            )
    return sums
