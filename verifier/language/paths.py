"""The paths of calls: their decisions, where they are, and what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verifier.language.forks import Granted
from verifier.language.functions import ModelFunction
from verifier.language.references import Moment

Decisions = tuple[tuple[int, bool], ...]
"""Literals with the truth value that a path takes for each."""


@dataclass
class Outcome:
    """What a call or a set of its paths does; its writes mean nothing where it is not enabled."""

    enabled: int
    writes: dict[int, Any]
    result: Any
    failures: dict[str, int]
    moment: Moment
    possible: bool = True
    """Whether some state may take one of the paths."""


class DecisionPoint:
    """A point of a path after a decision, with the calls made there."""

    __slots__ = ("after", "calls")

    def __init__(self) -> None:
        self.calls: list[tuple[ModelFunction, Outcome]] = []
        self.after: dict[bool, DecisionPoint] = {}


class Frame:
    """The path of one call that is running now."""

    __slots__ = ("cursor", "decisions", "forced", "granted", "point")

    def __init__(self, point: DecisionPoint, forced: Decisions) -> None:
        self.point = point
        self.forced = forced
        self.cursor = 0
        self.decisions: list[int] = []
        self.granted: list[Granted] = []
