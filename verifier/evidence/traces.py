"""Executions with their story: what happened, step by step, as the models show it.

No file holds a story: it is computed from the models whenever it is shown, see saved_execution.py.
"""

from __future__ import annotations

import msgspec

from verifier.evidence.pictures import Picture
from verifier.language.plain_values import Value
from verifier.language.presentation import Act, Belief, Seen, Sentence


class Changed(msgspec.Struct, frozen=True, tag="set"):
    """An assignment: the field, its value before and after, and the line."""

    field: str
    old: Value
    new: Value
    line: int


class Branched(msgspec.Struct, frozen=True, tag="branch"):
    """A condition, whether it held, its line, and the fields it looked at."""

    test: str
    taken: bool
    line: int
    reads: dict[str, Value]


class Entered(msgspec.Struct, frozen=True, tag="call"):
    """A model function that ran, with its source and what it did in order.

    `line` is the line that called it; `file` and `defined` say where it is itself. `means` is what
    the model says about the result.
    """

    function: str
    source: str
    file: str
    line: int
    result: str
    entries: tuple[Entered | Changed | Branched, ...]
    defined: int = 0
    means: str = ""


Entry = Entered | Changed | Branched

ASSERTIONS = "assertions"
"""The property that no step fails an assertion of its own code."""
CHOICE = "choice "
"""Begins the name of a cause that is a choice of the step, not a field."""


class Stride(msgspec.Struct, frozen=True):
    """One step: who ran, its choices, those that matter, what changed, and the calls.

    `level` and `after` say who runs before and after it, where the system does.
    `because` says for fields that matter to the violation what their values hang on: the fields
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


class Otherwise(msgspec.Struct, frozen=True):
    """The nearest execution without the violation: one choice is another, or a step is left out.

    `differs` has, from that step on and per step, the fields that then have other values: here,
    and there. `turn` is a decision of the code that then goes the other way, as it goes then, in
    the function `turn_in`; `turn_given` is as `given` in `Turned`. `stops` is the first of the
    remaining steps that cannot be taken then, 0 where all can. The other single choices that avoid
    the violation, each with its step and a value: with those of `also` the step that violates
    decides otherwise, with those of `harmless` the same steps violate nothing, and with those of
    `elsewhere` the same steps cannot be taken.
    """

    number: int
    choice: str
    was: Value
    instead: Value
    differs: tuple[dict[str, tuple[Value, Value]], ...]
    turn: Branched | None = None
    turn_in: str = ""
    turn_given: tuple[str, ...] = ()
    stops: int = 0
    also: tuple[tuple[int, str, Value], ...] = ()
    harmless: tuple[tuple[int, str, Value], ...] = ()
    elsewhere: tuple[tuple[int, str, Value], ...] = ()


class Turned(msgspec.Struct, frozen=True):
    """A decision of the code that, the other way in one step, would have avoided the violation.

    `test` is a condition, or a bool that is `returned`, and `was` which way it went; `given` are
    the assignments before it of the local names that it reads. `fails` are the claims that do not
    hold after some step even so, and `differs` the fields that have other values after this step:
    here, and then. `seen` is what somebody sees of this step then. `stops` is as in `Otherwise`.
    """

    number: int
    function: str
    source: str
    file: str
    line: int
    test: str
    was: bool
    returned: bool = False
    fails: tuple[str, ...] = ()
    stops: int = 0
    differs: dict[str, tuple[Value, Value]] = {}
    given: tuple[str, ...] = ()
    seen: Seen | None = None


class Blocked(msgspec.Struct, frozen=True):
    """A step that is not enabled, whatever its choices: an assumption that fails, and its line.

    `reads` are the fields that the step has read, `choices` those that it has looked at, with the
    values with which it comes to this assumption.
    """

    step: str
    test: str
    file: str
    line: int
    reads: dict[str, Value]
    choices: dict[str, Value] = {}


class Asserted(msgspec.Struct, frozen=True):
    """The assertion that fails: its code, its line, and whether it has a text of its own."""

    code: str
    file: str
    line: int
    says: bool


class Trace(msgspec.Struct, frozen=True):
    """An execution from an initial state to a violation of a property, in its last step.

    `seen` is what the failing conjunct looks at, in the order in which it does; `decisive` is
    what of it would have to be another for the conjunct to hold. An execution that violates
    nothing, saved by a person, has an empty `conjunct`. `events` are the fields that each step
    starts blank, with what that is. `claims` are the properties' sentences with their property;
    `enums` has the members of each enum that a field holds. After step `doomed` nothing that
    anybody chooses avoids the violation; 0 where that is not known. `turned` are decisions of the
    code that would have avoided it, the most telling first. In the systems of `also_in` the same
    steps violate the same. `finding` is the project's page about the pair. `level` is who runs at
    the start, where the system says so. `case` is what occurs in the last step of an execution that
    is there to show it. `blocked` are the steps of a deadlock, each with what keeps it from being
    taken. Fields of `seen` that are `arbitrary` can start with any value. `asserted` is the
    assertion that fails, where one does. A claim that is violated `standing` holds after the last
    step and fails once nothing happens, when events are blank. `picture` is how the system's
    presentation draws it, `beliefs` its table for the start, `headline` what it says of the end.
    """

    system: str
    property: str
    conjunct: str
    seen: dict[str, Value]
    shortest: bool
    start: dict[str, Value]
    steps: tuple[Stride, ...]
    decisive: tuple[str, ...] = ()
    events: dict[str, Value] = {}
    claims: dict[str, str] = {}
    enums: dict[str, tuple[str, ...]] = {}
    otherwise: Otherwise | None = None
    turned: tuple[Turned, ...] = ()
    doomed: int = 0
    also_in: tuple[str, ...] = ()
    finding: str = ""
    level: str = ""
    case: str = ""
    blocked: tuple[Blocked, ...] = ()
    arbitrary: tuple[str, ...] = ()
    asserted: Asserted | None = None
    standing: bool = False
    picture: Picture = Picture()
    beliefs: dict[str, tuple[Belief, ...]] = {}
    headline: Sentence = ()
