"""Verdicts, and what an engine can answer, with the evidence for it in a circuit's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Clause = tuple[tuple[str, bool], ...]
"""A disjunction: latch names, each with the value that satisfies it."""


Alternative = tuple[Clause, ...]
"""Clauses that hold together; a lemma says that one of several alternatives does."""


Bounded = tuple[Clause, int]
"""A clause that holds in every state that is reached within so many steps."""


class Verdict(StrEnum):
    """What is known about a pair."""

    PROVED = "proved"
    VIOLATED = "violated"
    VACUOUS = "vacuous"
    """Proved, but something that must be reachable is not, so that the proof means nothing."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Path:
    """An execution: the latches' values at the start and each step's inputs."""

    start: dict[str, bool]
    inputs: tuple[dict[str, bool], ...]


@dataclass(frozen=True)
class Invariant:
    """Clauses that hold initially, that every step preserves, and that rule the violation out."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Induction:
    """How many good steps in a row, through states of the invariant, a good step always follows.

    None where the invariant alone rules the violation out. On a simple path no state repeats; a
    shortest violation runs along one.
    """

    steps: int = 0
    simple_path: bool = False


@dataclass(frozen=True)
class Proved:
    """No execution of any length violates the property."""

    engine: str
    invariant: Invariant
    depth: int
    """Frames (pdr) or the induction depth."""
    seconds: float
    induction: Induction = Induction()


@dataclass(frozen=True)
class Violated:
    """The last step of the path violates the property."""

    engine: str
    path: Path
    seconds: float
    good_steps: int = 0
    """Every path of so many steps is good."""

    @property
    def depth(self) -> int:
        """How many steps the counterexample takes."""
        return len(self.path.inputs)

    @property
    def shortest(self) -> bool:
        """Whether it is known that no path to a violation has fewer steps."""
        return self.good_steps + 1 >= self.depth


@dataclass(frozen=True)
class Unknown:
    """Neither, with the reason; every path of at most `depth` steps is good.

    A depth that a limit ended the search in does not count.
    """

    engine: str
    reason: str
    depth: int
    seconds: float


Answer = Proved | Violated | Unknown


@dataclass(frozen=True)
class Limits:
    """What a search may use: steps or frames, seconds of wall time, bytes of memory."""

    depth: int | None = None
    seconds: float | None = None
    memory: int | None = None
    shortening: int = 12_000
    """Solver queries to look for a shorter violation than PDR has found, or twice as many as the
    search took so far, if that is more; 0 where any length will do.
    """


@dataclass(frozen=True)
class Progress:
    """What an engine, or another part of the tool, is doing."""

    engine: str
    depth: int
    """Of an engine, that every path of so many steps is good; else how far it has got."""
    detail: str = ""
    """Of an engine, its goal."""
    facts: dict[str, int] = field(default_factory=dict)
    parts: Mapping[str, "Progress"] = field(default_factory=dict)
    """What is done side by side, by name, as far as each has reported it."""
    found: Any = None
    """What there is to report before the end: of an engine, a violation of its goal."""


Watch = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Watch nothing."""
