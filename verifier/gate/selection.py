"""Which pairs are at the gate: all that there are, or those that patterns name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from verifier.project.catalogue import Catalogue


@dataclass(frozen=True)
class Selection:
    """The systems at the gate, each with its properties that are asked for."""

    patterns: tuple[str, ...]
    """As they were given; none where the whole catalogue is at the gate."""
    groups: Mapping[str, tuple[str, ...] | None]
    """By system; None where all its properties are asked for."""

    @property
    def systems(self) -> Collection[str]:
        return self.groups.keys()


def selection(catalogue: Catalogue, patterns: Sequence[str] = ()) -> Selection:
    """The pairs that patterns name, as `check` matches them."""
    if not patterns:
        return Selection((), dict.fromkeys(catalogue.systems))
    named: dict[str, list[str]] = {}
    for pair in catalogue.matching(patterns):
        named.setdefault(pair.system, []).append(pair.property)
    return Selection(
        tuple(patterns),
        {
            name: None if len(groups) == len(_all(catalogue, name)) else tuple(groups)
            for name, groups in named.items()
        },
    )


def _all(catalogue: Catalogue, name: str) -> Sequence[object]:
    return catalogue.pairs_of(catalogue.systems[name])
