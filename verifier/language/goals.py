"""What a search looks for: claims, steps and cases, named as in circuits and in evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a search for a goal looks for, by how the name of its output begins."""

    CLAIM = ""
    """A step that violates a property or an assertion, or after which none is enabled."""
    STEP = "fires"
    """The step taken."""
    CASE = "sometimes"
    """A state in which a case of a property occurs."""


@dataclass(frozen=True)
class Goal:
    """A claim to be violated, a step to be taken or a case to be reached."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        """The name of its output."""
        return f"{self.kind.value}:{self.name}" if self.kind.value else self.name

    @classmethod
    def of(cls, output: str) -> Goal:
        """The goal of an output: a claim, unless its name begins as those of steps or cases do."""
        for kind in (Kind.STEP, Kind.CASE):
            if output.startswith(f"{kind.value}:"):
                return cls(kind, output.removeprefix(f"{kind.value}:"))
        return cls(Kind.CLAIM, output)


def step_goal(step: str) -> str:
    """The output that a step is taken."""
    return str(Goal(Kind.STEP, step))


def case_goal(case: str) -> str:
    """The output that a case occurs."""
    return str(Goal(Kind.CASE, case))


def is_claim(output: str) -> bool:
    return Goal.of(output).kind is Kind.CLAIM


def is_step(output: str) -> bool:
    return Goal.of(output).kind is Kind.STEP


def is_witness(output: str) -> bool:
    """Whether it is a step or a case, which must be reachable for a proof to mean anything."""
    return not is_claim(output)
