"""The model language as plain Python objects: what a model means where nothing is refused.

A record is an object, a family a dictionary. Assigning a record copies its fields into a new
object; nothing else differs from what Python does anyway.
"""

import builtins
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from verifier.language.errors import Disabled


class Family(dict[Any, Any]):
    """One item for each member of an enum."""

    def __class_getitem__(cls, types: Any) -> Any:
        return _Rows(*types)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, copied(value))


@dataclass(frozen=True)
class _Rows:
    key: type[Enum]
    item: type

    def filled(self, given: Any) -> Family:
        """The family's items, blank where none is given."""
        given = given or {}
        made = {key: given[key] if key in given else _blank(self.item) for key in self.key}
        return Family({key: copied(item) for key, item in made.items()})


def _blank(kind: Any) -> Any:
    if isinstance(kind, _Rows):
        return kind.filled(None)
    if type(None) in get_args(kind):
        return None
    return next(iter(kind)) if issubclass(kind, Enum) else kind()


class Record:
    """Fields by name, as objects of their own."""

    def __init__(self, **given: Any) -> None:
        for name, kind in type(self).__annotations__.items():
            default = getattr(type(self), name, None)
            first = _blank(kind) if default is None else default
            setattr(self, name, given.get(name, first))

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self).__annotations__[name]
        if isinstance(kind, _Rows):
            value = kind.filled(value)
            super().__setattr__(name, value)
        else:
            super().__setattr__(name, copied(value))

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other)


def copied(value: Any) -> Any:
    """The value, with objects of its own; several times as fast as Python's own copy."""
    if value is None or isinstance(value, bool | Enum):
        return value
    if isinstance(value, Record):
        made = object.__new__(type(value))
        vars(made).update({name: copied(held) for name, held in vars(value).items()})
        return made
    if isinstance(value, Family):
        return Family({key: copied(item) for key, item in value.items()})
    return deepcopy(value)


def record(cls: type) -> type:
    """A class of such objects."""
    own = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
    return type(cls.__name__, (Record,), own)


def assume(condition: bool) -> None:
    """End the step where the condition is false."""
    if not condition:
        raise Disabled


@dataclass
class System:
    """What a run needs."""

    name: str
    initial: Any
    steps: tuple[Callable[..., None], ...]
    arbitrary: tuple[str, ...] = ()


def _unchanged(body: Any) -> Any:
    return body


def _cited(*_: object) -> Any:
    return _unchanged


LANGUAGE: dict[str, Any] = {
    **dict.fromkeys(("record", "ghost", "event"), record),
    **dict.fromkeys(("abstracts", "observer", "always", "sometimes"), _cited),
    "Family": Family,
    "System": System,
    "assume": assume,
    "snapshot": copied,
    "step": _unchanged,
}


def loaded(file: str) -> Any:
    """A module of models with this language in the place of the real one."""
    module, language = ModuleType("plain"), ModuleType("language")
    vars(language).update(LANGUAGE)

    def imported(name: str, *more: Any) -> Any:
        return language if name == "verifier.language" else builtins.__import__(name, *more)

    vars(module)["__builtins__"] = {**vars(builtins), "__import__": imported}
    exec(compile(Path(file).read_text(encoding="utf-8"), file, "exec"), vars(module))
    return module


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The values in an object by path, enums and None by name."""
    if isinstance(value, Family):
        for key, item in value.items():
            yield from leaves(item, f"{path}[{key.name}]")
    elif isinstance(value, Record):
        for name in type(value).__annotations__:
            yield from leaves(getattr(value, name), f"{path}.{name}" if path else name)
    else:
        yield path, value.name if isinstance(value, Enum) else "None" if value is None else value


def put(record: Any, path: str, value: Any) -> None:
    """Give a leaf a value."""
    *parts, last = path.replace("[", ".[").split(".")
    for part in parts:
        record = _row(record, part)[0] if part.startswith("[") else getattr(record, part)
    if last.startswith("["):
        _, key = _row(record, last)
        record[key] = value
    else:
        setattr(record, last, value)


def _row(family: Any, part: str) -> tuple[Any, Any]:
    key = next(key for key in family if key.name == part.strip("[]"))
    return family[key], key
