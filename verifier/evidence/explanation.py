"""How a claim fails, why, and what would have avoided it."""

from __future__ import annotations

from typing import Literal

import msgspec

from verifier.evidence.calls import Branched
from verifier.language.plain_values import Value
from verifier.language.presentation import Seen


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


class FailingPart(msgspec.Struct, frozen=True):
    """A part of a claim that fails: its text, what it looks at, and what of it alone decides it.

    Of records that are compared `seen` has the fields that differ.
    """

    text: str
    seen: dict[str, Value]
    decisive: tuple[str, ...]


class Failure(msgspec.Struct, frozen=True):
    """How a claim fails after the last step.

    `seen` is what it looks at, in the order in which it does; fields of it that are `arbitrary` can
    start with any value. A claim that fails `standing` holds after the last step and fails once
    nothing happens, when events are blank. `blocked` are the steps of a deadlock, each with what
    keeps it from being taken; `asserted` is the assertion that fails, where one does. `parts` are
    the parts that fail of a claim that has several, or compares records.
    """

    seen: dict[str, Value] = {}
    arbitrary: tuple[str, ...] = ()
    standing: bool = False
    blocked: tuple[Blocked, ...] = ()
    asserted: Asserted | None = None
    parts: tuple[FailingPart, ...] = ()


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


class Stale(msgspec.Struct, frozen=True):
    """A field that a step reads, and that with another value then would have avoided the violation.

    `number` is the step, and `function` reads it there, at a line, where that is known; `since` is
    the step that gave it its value, 0 for the start. `stops` is as in `Otherwise`. A `ghost` says
    whose data is where.
    """

    number: int
    field: str
    was: Value
    instead: Value
    since: int
    function: str = ""
    file: str = ""
    line: int = 0
    stops: int = 0
    ghost: bool = False


class Turned(msgspec.Struct, frozen=True):
    """A decision of the code that, the other way in one step, would have avoided the violation.

    `test` is a condition, or a bool that is `returned`, and `was` which way it went; `given` are
    the assignments before it of the local names that it reads, and `reads` the fields. `kind` says
    who decides: code, the hardware, or a choice of others that it only looks at. With `every` it is
    turned each time. `changes` are the fields that matter and have another value after the step
    then, with both values. `same` are other decisions with the same effect, by function and place.
    `stale` is the first field of those that it reads with another value of which, alone, there
    would be no violation. `fails` are the claims that do not hold after some step even so. `seen`
    is what somebody sees of this step then. `stops` is as in `Otherwise`. `explains` says
    that the decision is a reason of the violation, and does not only pass on what others do, keep
    anybody from seeing it, or lead elsewhere at once.
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
    given: tuple[str, ...] = ()
    seen: Seen | None = None
    reads: dict[str, Value] = {}
    kind: Literal["code", "hardware", "choice"] = "code"
    every: bool = False
    changes: dict[str, tuple[Value, Value]] = {}
    same: tuple[tuple[str, str, int], ...] = ()
    stale: Stale | None = None
    explains: bool = True


class Explanation(msgspec.Struct, frozen=True):
    """Why a claim fails, as far as it has been searched for.

    `decisive` is what of the fields seen would have to be another for the claim to hold. `turned`
    are decisions that would have avoided the violation, the best first, and `stale` the fields that
    would have, those first that these decisions read. After
    step `doomed` it is unavoidable; 0 where that is not known. In the systems
    of `also_in` the same steps violate the same claim. `finding` is the project's page about it.
    """

    decisive: tuple[str, ...] = ()
    turned: tuple[Turned, ...] = ()
    stale: tuple[Stale, ...] = ()
    otherwise: Otherwise | None = None
    doomed: int = 0
    also_in: tuple[str, ...] = ()
    finding: str = ""
