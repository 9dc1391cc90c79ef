"""What the model language means in plain Python: the same names, on dataclasses.

It shares nothing with `verifier.language`. Records are dataclasses, families small dictionaries,
model functions the functions themselves. The one thing that Python does not do by itself is
documented: a record or family that is assigned is copied (what a family leaves out is blank), and
a variable goes on naming the object that it was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, ItemsView, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., Any])

KINDS: dict[Any, tuple[str, str]] = {}
"""What the decorated functions are: step, always or sometimes, and the group of a property."""


class Disabled(Exception):
    """An assumption does not hold."""


class Family(Generic[K, V]):
    """An item for each member of an enum; it copies what is assigned to it."""

    def __init__(self, given: dict[K, V] | None = None) -> None:
        self.rows = dict(given or {})

    def __getitem__(self, key: K) -> V:
        return self.rows[key]

    def __setitem__(self, key: K, value: V) -> None:
        if key not in self.rows:
            raise KeyError(key)
        self.rows[key] = copied(value)

    def __iter__(self) -> Iterator[K]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def items(self) -> ItemsView[K, V]:
        return self.rows.items()


@dataclass(frozen=True)
class System:
    """Where a system starts and what it can do."""

    name: str
    initial: Any
    steps: tuple[Callable[..., None], ...]
    arbitrary: tuple[str, ...] = ()


def copied(value: Any) -> Any:
    """A record or family with fields of its own; any other value as it is."""
    if is_record(value):
        new = object.__new__(type(value))
        attributes = new.__dict__
        for name, held in value.__dict__.items():
            attributes[name] = held if type(held) is bool else copied(held)
        return new
    if type(value) is Family:
        return Family({key: copied(held) for key, held in value.items()})
    return value


snapshot = copied


def is_record(value: Any) -> bool:
    """Whether a value is a record, and not a class of records."""
    return "__defaults_of_record__" in type(value).__dict__


def record(cls: C) -> C:
    """A dataclass whose fields start as the class says, or else as the first of their type."""
    inherited = getattr(cls, "__defaults_of_record__", {})
    hints = get_type_hints(cls)
    defaults = {}
    for name, kind in hints.items():
        given = vars(cls).get(name, inherited.get(name))
        defaults[name] = complete(kind, given)
        setattr(cls, name, field(default_factory=partial(copied, defaults[name])))
    cls.__annotations__ = hints
    cls.__kinds_of_record__ = hints  # type: ignore[attr-defined]
    cls.__defaults_of_record__ = defaults  # type: ignore[attr-defined]
    setattr(cls, "__setattr__", _assign)  # noqa: B010
    made: Any = dataclass(kw_only=True)(cls)
    return made


ghost = record


def event(cls: C) -> C:
    """A record that is blank when a step starts."""
    made = record(cls)
    made.__blank__ = True  # type: ignore[attr-defined]
    return made


def _assign(self: Any, name: str, value: Any) -> None:
    if isinstance(value, Family):
        value = complete(self.__kinds_of_record__[name], value)
    object.__setattr__(self, name, copied(value))


def complete(kind: Any, given: Any) -> Any:
    """A field's first value; a family has an item for each member."""
    if get_origin(kind) is Family:
        key, item = get_args(kind)
        rows = {} if given is None else given.rows
        return Family({member: complete(item, rows.get(member)) for member in key})
    if given is not None:
        return given
    if kind is bool:
        return False
    if of_optional(kind) is not None:
        return None
    if issubclass(kind, Enum):
        return next(iter(kind))
    return kind() if hasattr(kind, "__defaults_of_record__") else None


def of_optional(kind: Any) -> Any:
    """The enum of `E | None`; None for any other type."""
    held = get_args(kind)
    return held[0] if len(held) == 2 and held[1] is type(None) else None


def _marked(kind: str, group: str = "") -> Callable[[F], F]:
    def mark(function: F) -> F:
        KINDS[function] = (kind, group)
        return function

    return mark


step = _marked("step")
always = partial(_marked, "always")
sometimes = partial(_marked, "sometimes")


def abstracts(_: str) -> Callable[[F], F]:
    """The function as it is."""
    return lambda function: function


observer = abstracts


def assume(condition: object) -> None:
    """The step is not enabled otherwise."""
    if not condition:
        raise Disabled


# reading and writing a whole state


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every bit, member and constant of a state, by its path."""
    if is_record(value):
        for name in value.__defaults_of_record__:
            yield from leaves(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, Family):
        for key, held in value.items():
            yield from leaves(held, f"{path}[{key.name}]")
    else:
        yield path, shown(value)


def values(value: Any, found: list[object]) -> list[object]:
    """The values of all leaves, in order."""
    if is_record(value):
        for name in value.__defaults_of_record__:
            values(getattr(value, name), found)
    elif type(value) is Family:
        for held in value.rows.values():
            values(held, found)
    else:
        found.append(value if type(value) is bool else shown(value))
    return found


def shown(value: Any) -> object:
    """A leaf's value as it can be compared with another interpreter's."""
    if isinstance(value, Enum):
        return value.name
    return value if type(value) is bool else re.sub(" at 0x[0-9a-f]+", "", repr(value))


def put(state: Any, path: str, value: object) -> None:
    """Store a bit, or a member by its name, at a path."""
    *way, last = path.replace("[", ".[").split(".")
    holder = state
    for name in way:
        holder = _item(holder, name[1:-1])[1] if name[0] == "[" else getattr(holder, name)
    if last[0] == "[":
        key, _ = _item(holder, last[1:-1])
        holder.rows[key] = meant(_kind_of(state, way)[1], value)
        return
    object.__setattr__(holder, last, meant(type(holder).__kinds_of_record__[last], value))


def _kind_of(state: Any, way: list[str]) -> tuple[Any, ...]:
    """The key and items of the family at a path."""
    holder = state
    for name in way[:-1]:
        holder = _item(holder, name[1:-1])[1] if name[0] == "[" else getattr(holder, name)
    return get_args(type(holder).__kinds_of_record__[way[-1]])


def meant(kind: Any, value: object) -> object:
    """A bit as it is, a member by its name, or None."""
    of = of_optional(kind) or kind
    if of is not kind and value == "None":
        return None
    return value if of is bool else of[value]


def _item(family: Any, name: str) -> tuple[Any, Any]:
    return next((key, held) for key, held in family.rows.items() if key.name == name)


def blank(value: Any) -> None:
    """Give every event of a state its first values."""
    if not is_record(value):
        return
    for each in fields(value):
        held = getattr(value, each.name)
        if hasattr(type(held), "__blank__"):
            object.__setattr__(value, each.name, type(held)())
        elif isinstance(held, Family):
            for row in held.rows.values():
                blank(row)
        else:
            blank(held)


def records_of(value: Any, kind: type) -> Iterator[Any]:
    """The records of a type in a state, the outermost first."""
    if isinstance(value, kind):
        yield value
    if is_record(value):
        for each in fields(value):
            yield from records_of(getattr(value, each.name), kind)
    elif isinstance(value, Family):
        for held in value.rows.values():
            yield from records_of(held, kind)


__all__ = [
    "Disabled",
    "Family",
    "System",
    "abstracts",
    "always",
    "assume",
    "event",
    "ghost",
    "is_dataclass",
    "observer",
    "record",
    "snapshot",
    "sometimes",
    "step",
]
