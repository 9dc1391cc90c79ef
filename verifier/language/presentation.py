"""How people are shown a system's executions: who runs, what each step is, tables, a sentence.

All of it are functions of the state, of a step and its choices. They read what properties may
read, and change nothing: no verdict, circuit or digest depends on them. A function that stands for
`Fields` names fields by reading them, or by returning records, of which it means all fields.

Why so: docs/decisions/0028-presentations-are-the-models-own.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from verifier.language.moments import Fields, Moment

State = TypeVar("State", contravariant=True)
Part = TypeVar("Part")


@dataclass(frozen=True)
class Lane:
    """Somebody who can run, as `runs` of `Lanes` names them; `title` is for diagrams."""

    name: str
    title: str = ""


@dataclass(frozen=True)
class Lanes(Generic[State]):
    """Who runs in a state: one, or several at once, such as a task on each CPU, in that order.

    Lanes in `order` are drawn in that order, from the first one on. The first one is the host of
    the others. `enters`, `leaves` and `tells` say what arrows away from the host, back, and dashed
    ones mean. `holds` says who is in a lane, such as the task that runs on a CPU.
    """

    runs: Callable[[State], str | tuple[str, ...]]
    order: tuple[Lane, ...] = ()
    enters: str = ""
    leaves: str = ""
    tells: str = ""
    holds: Callable[[State], Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Seen:
    """What somebody has seen of what they did in a step, and what they should have seen.

    `does` and `should` say it in words, as in "it exits" and "it should exit"; `by_code` says that
    code has decided it, and not the hardware alone.
    """

    who: str
    what: str
    outcome: str
    expected: str
    does: str
    should: str
    by_code: bool = True


@dataclass(frozen=True)
class Act:
    """What a step is, beside its name: how control moves, and what that is called.

    `leaves` says that the host takes over; the same steps to there, again, make no progress.
    `tells` names a lane that runs from the next entry on, `trap` an exception that is raised on
    the way. `does` says who does what, as in "L2 executes LMSW", and `by` who makes the choices
    of the step. `who` names the lane that acts, where several run at once, or where it is not the
    one that runs. `passes` are lanes that control passes on its way, such as the host's where an
    exit is handled within the step.
    """

    label: str = ""
    leaves: bool = False
    tells: str = ""
    trap: str = ""
    seen: Seen | None = None
    does: str = ""
    by: str = ""
    who: str = ""
    passes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Belief:
    """A row of the table of beliefs: whose, about what, a cell for each column, who runs now."""

    who: str
    about: str
    cells: tuple[bool | str | None, ...]
    runs: bool = False


@dataclass(frozen=True)
class Beliefs(Generic[State, Part]):
    """A table of what everybody assumes about a bit of a register, and what it is.

    `bits` are the register's, by name, shown where they are at issue: where the code that decides
    reads them, or the violation depends on them. `actual`, `assumed` and `expected` are those of
    the columns that are compared. `words` says what the columns mean.
    """

    of: Callable[[State], Part]
    bits: Mapping[str, Callable[[Part], bool]]
    rows: Callable[[State, Callable[[Part], bool]], Iterable[Belief]]
    columns: tuple[str, ...]
    actual: str
    assumed: str
    expected: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table(Generic[State]):
    """Fields of the state that are shown together; of several tables the closest one counts.

    `by_code` says that code decides by them, which neither ghosts do nor what is promised.
    """

    name: str
    title: str
    fields: Fields[State]
    by_code: bool = True


@dataclass(frozen=True)
class Flags(Generic[State]):
    """Fields that say who has something: values first, then the bits that are set and clear."""

    title: str
    fields: tuple[Fields[State], ...]


@dataclass(frozen=True)
class Compared(Generic[State]):
    """Fields beside those that have what they should have; their names are those in `within`."""

    actual: Callable[[State], object]
    expected: Callable[[State], object]
    within: Callable[[State], object]


@dataclass(frozen=True)
class Promise(Generic[State]):
    """What is promised `to` somebody: `part` of the state has it, and nothing happens there.

    What happens in a step counts only where somebody has `observed` it, and nothing once the
    promise is `broken`. `twins` are the actual and the expected register that code depends on.
    """

    to: str
    part: Callable[[State], object]
    compared: tuple[Compared[State], ...]
    observed: Callable[[State], object]
    broken: Callable[[State], object]
    twins: tuple[Callable[[State], object], Callable[[State], object]]


@dataclass(frozen=True)
class Causes(Generic[State]):
    """What fields are to code that decides, for the causes of a violation in short.

    `hardware` has what is so, whatever code assumes; `left_for` says why the host took over.
    `copies` are fields that are followed back to the one of the same name that they are copied
    from, and `unsaid` those that are not worth a word.
    """

    hardware: Callable[[State], object]
    left_for: Fields[State] | None = None
    copies: tuple[Fields[State], ...] = ()
    unsaid: tuple[Fields[State], ...] = ()


@dataclass(frozen=True)
class Hands(Generic[State]):
    """What changes hands, such as "the registers", and the fields that say whose it is."""

    what: str
    fields: tuple[Fields[State], ...]


Sentence = tuple[str | tuple[str, Literal["good", "wrong"]], ...]
"""A sentence; what is right in it and what is wrong stand out."""


@dataclass(frozen=True)
class Presentation(Generic[State]):
    """How executions of a system are shown. What is left out is shown as for any system.

    `headline` says what somebody found after the last step, and should not have. `registers` are
    records that lemmas count to the records that hold them; `words` has names and how people
    write them, such as `#NM` for `nm`.
    """

    lanes: Lanes[State] | None = None
    acts: Callable[[Moment[State]], Act] | None = None
    beliefs: Beliefs[State, Any] | None = None
    tables: tuple[Table[State], ...] = ()
    flags: Flags[State] | None = None
    promise: Promise[State] | None = None
    causes: Causes[State] | None = None
    hands: Hands[State] | None = None
    headline: Callable[[Moment[State]], Sentence | None] | None = None
    registers: tuple[Fields[State], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


def good(text: str) -> tuple[str, Literal["good", "wrong"]]:
    """What is as it should be, in a sentence."""
    return text, "good"


def wrong(text: str) -> tuple[str, Literal["good", "wrong"]]:
    """What is not as it should be, in a sentence."""
    return text, "wrong"
