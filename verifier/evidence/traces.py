"""Executions with their story: what happened, step by step, as the models show it.

No file holds a story: it is computed from the models whenever it is shown, see saved_execution.py.
"""

from __future__ import annotations

import msgspec

from verifier.evidence.calls import Entered
from verifier.evidence.explanation import Explanation, Failure
from verifier.evidence.pictures import Picture
from verifier.language.plain_values import Value
from verifier.language.presentation import Act, Belief, Sentence

ASSERTIONS = "assertions"
"""The property that no step fails an assertion of its own code."""
CHOICE = "choice "
"""Begins the name of a cause that is a choice of the step, not a field."""


class Running(msgspec.Struct, frozen=True):
    """Who runs in a state, several at once in the order of `runs`, and who is in which lane."""

    runs: tuple[str, ...] = ()
    holds: dict[str, str] = {}

    def __str__(self) -> str:
        return ", ".join(
            f"{name} ({self.holds[name]})" if name in self.holds else name for name in self.runs
        )


class Stride(msgspec.Struct, frozen=True):
    """One step: who ran, its choices, those that matter, what changed, and the calls.

    `level` is the lane that acts, and `after` the one to which control goes with it, where the
    system says so; `running` is who runs after it.
    `because` says for fields that matter to the violation what their values depend on: the fields
    before the step, and its choices, with another value of which they would be others. `needs`
    are those without which the step cannot be taken. `fails` are the claims that do not hold
    after the step. `act` and `beliefs` are what the system's presentation says of it and of the
    state after it, unless there is a `problem`.
    """

    step: str
    level: str
    choices: dict[str, Value]
    matters: tuple[str, ...]
    changes: dict[str, tuple[Value, Value]]
    call: Entered
    says: str = ""
    because: dict[str, tuple[str, ...]] = {}
    needs: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    after: str = ""
    act: Act = Act()
    beliefs: dict[str, tuple[Belief, ...]] = {}
    problem: str = ""
    running: Running = Running()


class Trace(msgspec.Struct, frozen=True):
    """An execution from an initial state to a violation of a property, in its last step.

    One that violates nothing, saved by a person, has an empty `conjunct`; `case` is what occurs in
    the last step of one that is there to show it. `events` are the fields that each step starts
    blank, with what that is. `claims` are the properties' sentences with their property, and
    `reads` has what people read before some of them; `enums` has the members of each enum that a
    field holds. `running` is who runs at the start, where the system says so. `picture` is how the
    system's presentation draws it, `beliefs` its table for the start, `headline` what it says of
    the end.
    """

    system: str
    property: str
    conjunct: str
    shortest: bool
    start: dict[str, Value]
    steps: tuple[Stride, ...]
    case: str = ""
    events: dict[str, Value] = {}
    claims: dict[str, str] = {}
    reads: dict[str, str] = {}
    enums: dict[str, tuple[str, ...]] = {}
    failure: Failure = Failure()
    explanation: Explanation = Explanation()
    running: Running = Running()
    picture: Picture = Picture()
    beliefs: dict[str, tuple[Belief, ...]] = {}
    headline: Sentence = ()

    def deciding(self) -> tuple[str, ...]:
        """The fields that decide the claim or a part of it; where none does, all it looks at."""
        parts = [field for part in self.failure.parts for field in part.decisive or part.seen]
        found = tuple(dict.fromkeys((*self.explanation.decisive, *parts)))
        return found or tuple(self.failure.seen)
