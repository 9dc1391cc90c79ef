"""Steps with fields, choices, arguments and results that are a member of an enum or None."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional

from verifier.language import (
    Family,
    abstracts,
    always,
    assume,
    event,
    ghost,
    observer,
    record,
    snapshot,
)
from verifier.language.functions import about


class Task(Enum):
    A = 0
    B = 1
    C = 2

    @property
    def next(self) -> "Task":
        return Task.B if self == Task.A else Task.A


class Only(Enum):
    IT = 0


@dataclass(frozen=True)
class Found:
    task: Task | None
    is_sure: bool


@record
class Part:
    owner: Task | None = Task.B
    flag: bool = False


@ghost
class Known:
    owner: Task | None = None


@event
class Happened:
    task: Task | None = None


@record
class Blank:
    owner: Task | None


@record
class State:
    owner: Task | None = None
    other: Optional[Task] = Task.C  # noqa: UP045
    blank: Blank = Blank()  # type: ignore[call-arg]
    only: Only | None = Only.IT
    task: Task = Task.B
    flag: bool = False
    part: Part = Part()
    held: Family[Task, Task | None] = Family({Task.A: Task.C, Task.B: None})
    parts: Family[Task, Part] = Family({Task.A: Part(owner=None)})
    known: Known = Known()
    happened: Happened = Happened()


ARBITRARY = (
    *("owner", "other", "only", "task", "flag", "part.owner", "held[A]", "held[C]"),
    *("parts[A].owner", "parts[B].owner", "known.owner"),
)

Body = Callable[..., None]
BODIES: list[Body] = []


def tried(body: Body) -> Body:
    """Note a step that means the same on plain and on symbolic values."""
    BODIES.append(body)
    return body


@tried
def asked_for_none(s: State) -> None:
    s.flag = s.owner is None
    if s.other is not None:
        s.task = s.other.next


@tried
def compared(s: State) -> None:
    s.flag = (s.owner == s.other) ^ (s.owner != s.task) ^ (s.task == s.other)
    s.part.flag = None == s.owner or s.other != None  # noqa: E711, SIM300


@tried
def matched(s: State) -> None:
    match s.owner:
        case None:
            s.task = Task.C
        case Task.A:
            s.task = Task.B
        case task:
            s.other = task


@tried
def looked_for(s: State) -> None:
    s.flag = s.owner in (None, Task.B)
    s.part.flag = s.owner not in (s.task, s.other)


@tried
def assigned(s: State) -> None:
    s.owner, s.other = s.other, s.owner
    s.part.owner = s.task
    s.only = None if s.flag else Only.IT
    s.blank.owner = None


@tried
def chosen(s: State, who: Task | None, only: Only | None) -> None:
    assume(who != s.owner)
    s.owner = who
    s.flag = only is None


@tried
def rows(s: State, task: Task) -> None:
    s.held[task] = s.owner
    s.owner = s.held[s.task]
    for key, holder in s.held.items():
        if holder is None:
            s.held[key] = key


@tried
def records(s: State, task: Task) -> None:
    before = snapshot(s.parts)
    s.flag = s.part == s.parts[task]
    s.parts[task] = s.part
    s.part = before[s.task]
    s.parts = Family({Task.B: Part(owner=s.owner)})


@tried
def indexed(s: State) -> None:
    if s.owner is not None:
        s.parts[s.owner].flag = True
        s.held[s.owner] = None


@abstracts("a member or None")
def first(s: State, one: Task | None) -> Task | None:
    if one is None:
        return s.other
    if s.flag:
        return None
    return one if one != s.task else Task.A


@tried
def called(s: State) -> None:
    s.owner = first(s, s.owner)
    if first(s, None) is None:
        s.task = Task.C
    s.other = first(s, Task.A)


@abstracts("both")
def both(s: State) -> tuple[Task | None, Part, bool]:
    if s.flag:
        return None, s.part, True
    return s.task, s.parts[Task.A], False


@abstracts("what is found")
def found(s: State) -> Found:
    if s.flag:
        return Found(s.owner, True)
    return Found(Task.A, s.owner == s.other) if s.only is None else Found(None, False)


@tried
def called_for_several(s: State) -> None:
    owner, part, sure = both(s)
    s.owner, s.flag = owner, sure
    part.owner = owner
    seen = found(s)
    if seen.task is not None:
        s.task = seen.task
        s.flag = seen.is_sure


@abstracts("nothing, perhaps")
def nothing(s: State) -> Task | None:
    if s.flag:
        return None
    return None


@tried
def called_for_nothing(s: State) -> None:
    s.owner = nothing(s)


@observer("whose it is")
def note(s: State, task: Task | None) -> None:
    s.happened.task = s.known.owner
    s.known.owner = task


@tried
def observed(s: State) -> None:
    note(s, s.owner)
    if s.owner is not None:
        note(s, None)


@always("known")
def what_happened_is_known(s: State) -> bool:
    return s.happened.task is None or s.known.owner == s.owner or s.held[s.task] is None


PROPERTIES = [each for each in [about(what_happened_is_known)] if each]


REFUSED: list[tuple[Body, str]] = []


def refused(message: str) -> Callable[[Body], Body]:
    def note(body: Body) -> Body:
        REFUSED.append((body, message))
        return body

    return note


@refused("a family is indexed by `None`")
def a_key_that_is_none(s: State) -> None:
    s.flag = s.parts[s.owner].flag  # type: ignore[index]


@refused("`owner` is symbolic and is used as a condition")
def used_as_a_condition(s: State) -> None:
    if s.owner:
        s.flag = True


@refused("`None` is assigned to `task`")
def none_where_a_member_has_to_be(s: State) -> None:
    s.task = s.owner  # type: ignore[assignment]


@refused("`<Only.IT: 0>` is assigned to `owner`")
def a_member_of_another_enum(s: State) -> None:
    s.owner = Only.IT  # type: ignore[assignment]


@refused("`False` is assigned to `owner`")
def a_bit(s: State) -> None:
    s.owner = False  # type: ignore[assignment]


@abstracts("a member of one enum, of another, or None")
def of_two(s: State) -> Any:
    if s.owner is None:
        return None
    return Only.IT if s.flag else s.task


@refused("`of_two` returns members of two enums")
def two_enums(s: State) -> None:
    s.flag = of_two(s) is None


@refused("compares with `is`")
def two_members(s: State) -> None:
    s.flag = s.owner is s.task


@refused("`known.owner` is ghost state and is read by a model function")
def a_ghost(s: State) -> None:
    s.flag = s.known.owner is None


@refused("raises AttributeError")
def an_attribute_of_none(s: State) -> None:
    s.task = s.owner.next  # type: ignore[union-attr]
