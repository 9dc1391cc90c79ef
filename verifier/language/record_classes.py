"""Record classes: what `@record`, `@ghost` and `@event` make of a class."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from inspect import isfunction
from time import perf_counter_ns
from typing import Any, NoReturn, TypeVar, dataclass_transform

from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError, in_model, place_of, refuse
from verifier.language.field_access import FieldAccess, access_to
from verifier.language.functions import about, model_function
from verifier.language.laying_out import lay_out
from verifier.language.layout import Field, Part, Rows, Slot, layout_of
from verifier.language.ownership import View, is_own
from verifier.language.records import assign, fill
from verifier.language.restricted import ANOTHER_NAME, UNUSABLE
from verifier.language.running import RUNNING
from verifier.language.stores import Store, consecutive, shifted
from verifier.language.symbolic_stores import SymbolicStore, store_for
from verifier.language.views import require_fresh

T = TypeVar("T")


def _initialise(self: Any, **given: Any) -> None:
    layout = layout_of(type(self))
    store = store_for(layout, given.values())
    behind, values, is_plain = self.__dict__, store.values, type(store) is Store
    behind["_store"], behind["_base"], behind["_born"] = store, 0, store.ages.clock
    for name, value in given.items():
        field = layout.fields.get(name) or _known(self, name)
        if isinstance(field, Slot):
            leaf = store.leaves[field.offset]
            fits = is_plain and type(value) is bool and leaf.type is bool
            values[field.offset] = value if fits else store.raw(leaf, value)
        else:
            fill(store, field.offset, field, value)
    store.made, store.created = True, perf_counter_ns()
    store.owner = type(self), id(self)


def _known(record: Any, name: str) -> Field:
    fields = layout_of(type(record)).fields
    if name in fields:
        return fields[name]
    if hasattr(type(record), name):
        what = f"`{type(record).__name__}.{name}` is assigned to and is not a field"
        raise refuse(what, "assign to fields, or write a method that does")
    what = f"`{type(record).__name__}` has no field `{name}`"
    raise refuse(what, did_you_mean(name, fields, f"its fields: {', '.join(fields)}"))


def _missing(self: Any, name: str) -> Any:
    """What is read and is not there; a property that is there raises again what it has raised."""
    kind = type(self)
    if any(name in vars(cls) for cls in kind.__mro__):
        return object.__getattribute__(self, name)
    if name.startswith("_") or not in_model():
        raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'")
    names = [each for cls in kind.__mro__ for each in vars(cls) if not each.startswith("_")]
    what = f"`{kind.__name__}` has nothing called `{name}`"
    raise refuse(what, did_you_mean(name, names, f"it has {', '.join(layout_of(kind).fields)}"))


def _set(self: Any, name: str, value: Any) -> None:
    field = layout_of(type(self)).fields.get(name) or _known(self, name)
    require_fresh(self)
    assign(self._store, shifted(self._base, field.offset), field, value)


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        kind = type(self).__name__
        raise refuse(f"a `{kind}` is compared with `{other!r}`", f"compare it with a `{kind}`")
    require_fresh(self)
    require_fresh(other)
    result: Any = True
    size = len(layout_of(type(self)).leaves)
    places = consecutive(self._base, size), consecutive(other._base, size)
    for mine, theirs in zip(*places, strict=True):
        result = (self._store.read(mine) == other._store.read(theirs)) & result
    return result


def _format(self: Any, form: str) -> str:
    if RUNNING.get() and in_model():
        raise refuse(f"a `{type(self).__name__}` is made into text", "compare its fields")
    return format(str(self), form)


def _show(self: Any) -> str:
    if RUNNING.get() and in_model():
        raise refuse(f"a `{type(self).__name__}` is made into text", "compare its fields")
    layout = layout_of(type(self))
    if isinstance(self._store, SymbolicStore):
        return f"<symbolic {type(self).__name__}>"
    shown = []
    for leaf, value in zip(layout.leaves, self._values(), strict=True):
        if value != leaf.default:
            shown.append(f"{leaf.path}={value.name if isinstance(value, Enum) else value}")
    return f"{type(self).__name__}({', '.join(shown)})"


def _values(self: Any) -> list[Any]:
    size = len(layout_of(type(self)).leaves)
    return [self._store.values[self._base + i] for i in range(size)]


def _hash(self: Any) -> int:
    raise refuse(
        f"a `{type(self).__name__}` is used as a dictionary key or in a set", "compare its fields"
    )


def _reduce(self: Any, _: Any) -> NoReturn:
    raise refuse(f"a `{type(self).__name__}` is copied or saved", "write `snapshot(...)`")


def _truth(self: Any) -> bool:
    raise refuse(f"a `{type(self).__name__}` is used as a condition", "compare its fields")


METHODS: dict[str, Any] = {
    "__init__": _initialise,
    "__setattr__": _set,
    "__getattr__": _missing,
    "__eq__": _equal,
    "__ne__": lambda self, other: _equal(self, other) ^ True,
    "__hash__": _hash,
    "__bool__": _truth,
    "__repr__": _show,
    "__format__": _format,
    "__reduce_ex__": _reduce,
    "_values": _values,
}
"""What every record does; a record class defines none of these itself."""

CREATORS = (
    *("__post_init__", "__new__", "__del__", "__slots__"),
    *("__getattribute__", "__delattr__"),
)
"""What no record class defines either."""


def _make(cls: type[T], ghost: bool, event: bool) -> type[T]:
    layout = lay_out(cls, ghost, event)
    _check_mixins(cls)
    for name in (*layout.fields, *cls.__dict__):
        if name in UNUSABLE:
            raise refuse(f"`{cls.__name__}` has `{name}`, which no model can use", ANOTHER_NAME)
    for name, attribute in list(cls.__dict__.items()):
        if isinstance(attribute, property):
            setattr(cls, name, _read_only(cls, name, attribute))
        elif isinstance(attribute, cached_property):
            raise refuse(f"`{cls.__name__}.{name}` is remembered", "make it a property")
        elif name in METHODS or name in CREATORS:
            raise refuse(f"`{cls.__name__}` defines `{name}`", "give it a name of its own")
        elif isfunction(attribute) and about(attribute) is None:
            setattr(cls, name, model_function(attribute))
    given = {name for name in layout.fields if _has_default(cls, name)}
    for name, field in layout.fields.items():
        setattr(cls, name, access_to(cls, field, name in given))
    setattr(cls, "__layout__", layout)  # noqa: B010
    setattr(cls, "__view__", View(cls))  # noqa: B010
    for name, method in METHODS.items():
        setattr(cls, name, method)
    return cls


def _has_default(cls: type, name: str) -> bool:
    """Whether a field has a default in Python, its own or that of a base record."""
    for base in cls.__mro__:
        if name in base.__dict__:
            held = base.__dict__[name]
            return held.given if isinstance(held, FieldAccess) else True
    return False


def _read_only(cls: type, name: str, given: property) -> property:
    """A property whose getter is a model function."""
    if type(given) is not property:
        what = (
            f"`{cls.__name__}.{name}` is a `{type(given).__name__}`, which is not a plain property"
        )
        raise refuse(what, "write a method, or a property as Python has it")
    if given.fget is None or about(given.fget) is not None:
        return given
    return property(model_function(given.fget), given.fset, given.fdel)


def _check_mixins(cls: type) -> None:
    """Refuse a class that is not a record and defines what every record does."""
    for base in cls.__mro__[1:-1]:
        own = base.__dict__.keys() & {*METHODS, *CREATORS}
        if own and not is_own(base):
            raise refuse(
                f"`{cls.__name__}` extends `{base.__name__}`, which no record can",
                "extend records, and classes with nothing but methods and properties",
            )
        if own and "__layout__" not in base.__dict__:
            raise refuse(f"`{base.__name__}` defines `{min(own)}`", "give it a name of its own")


@dataclass_transform(kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """A state component: fields are bits, small enums, records, families, or frozen constants.

    Assigning a record, or giving it to another one, copies its fields.
    """
    return _make(cls, ghost=False, event=False)


@dataclass_transform(kw_only_default=True)
def ghost(cls: type[T]) -> type[T]:
    """A record that the modelled system does not have: only properties and observers read it."""
    return _make(cls, ghost=True, event=False)


@dataclass_transform(kw_only_default=True)
def event(cls: type[T]) -> type[T]:
    """A ghost record of what happens in a step, which starts with its defaults in every step."""
    return _make(cls, ghost=True, event=True)


def check_unchanged(cls: type, seen: set[type]) -> None:
    """Refuse a record, or one in it, whose class was assigned to after it was made.

    Classes that are `seen` are left out, and those that are looked at are added.
    """
    if cls in seen:
        return
    seen.add(cls)
    layout = layout_of(cls)
    for name, method in METHODS.items():
        if cls.__dict__.get(name) is not method:
            raise _changed(cls, name)
    for name, field in layout.fields.items():
        access = cls.__dict__.get(name)
        if not isinstance(access, FieldAccess) or access.owner is not cls:
            raise _changed(cls, name)
        held = field.item if isinstance(field, Rows) else field
        if isinstance(held, Part):
            check_unchanged(held.type, seen)


def _changed(cls: type, name: str) -> ModelError:
    what = f"`{cls.__name__}.{name}` is assigned to after the class was made"
    return ModelError(what, place_of(cls), "give the default in the class")
