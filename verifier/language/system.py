"""Systems: an initial state, the steps that can be taken, and the properties that apply."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import Enum
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from verifier.language.encoding import encoding
from verifier.language.errors import ModelError, Place, model_place, place_of, refuse
from verifier.language.functions import ModelFunction, about
from verifier.language.instances import instances
from verifier.language.laying_out import first_value
from verifier.language.layout import Layout, layout_of
from verifier.language.made import note
from verifier.language.members import check_enum
from verifier.language.optional import enum_or_none, or_none
from verifier.language.ownership import is_record
from verifier.language.presentation import Presentation
from verifier.language.records import snapshot
from verifier.language.stores import Store
from verifier.language.views import require_fresh, require_own, view


@dataclass(frozen=True)
class Choice:
    """One value that the environment picks when a step is taken."""

    name: str
    type: type

    @property
    def width(self) -> int:
        """How many bits it needs."""
        return 1 if self.type is bool else encoding(self.type).width

    @property
    def values(self) -> tuple[bool | Enum, ...]:
        """All that the environment can pick."""
        return (False, True) if self.type is bool else encoding(self.type).members

    @property
    def default(self) -> bool | Enum:
        """What it is where it does not matter."""
        return first_value(self.type)


@dataclass(frozen=True)
class Step:
    """A step function and the choices its parameters name."""

    function: ModelFunction
    choices: tuple[Choice, ...]

    @property
    def name(self) -> str:
        return self.function.name


@dataclass(frozen=True)
class System:
    """What is claimed about a part of the world: where it starts and what it can do.

    `initial` is a record value; `arbitrary` names fields (or, ending in `.*`, all fields of a
    record) whose initial value can be any. `level` says who runs in a state, for people who read
    traces: `L0`, `L1`, `L2`, a task. `without` names properties that say nothing about it, although
    it has their records. Every system must be able to go on in every state, see `deadlock`, unless
    it `may_end`. `presentation` says how people are shown its executions, `level` only who runs.
    """

    name: str
    initial: Any
    steps: tuple[Callable[..., None], ...]
    summary: str = ""
    arbitrary: tuple[str, ...] = ()
    level: Callable[[Any], str] | None = None
    without: tuple[str, ...] = ()
    may_end: bool = False
    presentation: Presentation[Any] | None = attribute(default=None, repr=False, compare=False)
    place: Place | None = attribute(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", model_place())
        wrong = next(self._wrong_arguments(), None)
        if wrong is not None:
            raise ModelError(wrong[0], self.place, wrong[1])
        object.__setattr__(self, "initial", snapshot(self.initial))
        self.initial._store.fixed = True
        for what in ("steps", "arbitrary", "without"):
            object.__setattr__(self, what, tuple(getattr(self, what)))
        note(self, "system", self.name)

    def __init_subclass__(cls) -> None:
        raise refuse(f"`{cls.__name__}` extends `System`", "write `System(...)` with what it needs")

    def _wrong_arguments(self) -> Iterator[tuple[str, str]]:
        """What was given that is not of its type, and what to do."""
        name, initial = self.name, self.initial
        if not isinstance(name, str) or not name:
            yield f"a system is called `{name!r}`", 'give it a name, such as "os/v1"'
        if not is_record(initial):
            cls = initial if isinstance(initial, type) else type(initial)
            is_class = isinstance(initial, type) and hasattr(cls, "__layout__")
            what = f"the initial state of `{name}` is `{cls.__name__}`, which is not a record"
            yield what, f"write `{cls.__name__}()`" if is_class else "give a record"
        else:
            require_own(initial)
            require_fresh(initial)
        for what in ("steps", "arbitrary", "without"):
            if not isinstance(getattr(self, what), tuple | list):
                help = "a tuple of one item ends in a comma: `(it,)`"
                yield f"`{what}` of `{name}` is not a tuple", help
        for each in (*self.arbitrary, *self.without):
            if not isinstance(each, str):
                yield f"`{name}` names `{each!r}`, which is not a text", "name a field"
        if not isinstance(self.summary, str):
            yield f"`summary` of `{name}` is `{self.summary!r}`", "give a text"
        if self.level is not None and not callable(self.level):
            yield f"`level` of `{name}` is `{self.level!r}`", "give a function of the state"
        if self.presentation is not None and not isinstance(self.presentation, Presentation):
            what = f"`presentation` of `{name}` is `{self.presentation!r}`"
            yield what, "give a `Presentation(...)`"
        elif self.presentation is not None and self.presentation.lanes and self.level is not None:
            what = f"`{name}` has a `level`, and a presentation with lanes"
            yield what, "give `lanes` alone: they say who runs, too"
        if type(self.may_end) is not bool:
            yield f"`may_end` of `{name}` is `{self.may_end!r}`", "give True or False"

    @property
    def layout(self) -> Layout:
        return layout_of(type(self.initial))

    @cached_property
    def initial_values(self) -> tuple[Any, ...]:
        """One plain value for each leaf of the state."""
        return tuple(self.initial._values())

    @cached_property
    def actions(self) -> tuple[Step, ...]:
        """The steps with their choices; a ModelError where the system is ill-formed."""
        if not self.steps:
            what = f"`{self.name}` has no steps, so that nothing can happen in it"
            raise ModelError(what, self.place, "give its step functions as `steps`")
        self._check_arbitrary()
        actions = tuple(_step(self, function) for function in self.steps)
        for name, count in Counter(step.name for step in actions).items():
            if count > 1:
                raise ModelError(
                    f"`{self.name}` has {count} steps called `{name}`",
                    next(step for step in actions if step.name == name).function.place,
                    "give each step a name of its own",
                )
        return actions

    def _check_arbitrary(self) -> None:
        leaves = self.layout.leaves
        paths = [leaf.path for leaf in leaves if not (leaf.constant or leaf.event)]
        for name in self.arbitrary:
            if not any(_covers(name, path) for path in paths):
                fixed = any(_covers(name, leaf.path) for leaf in leaves)
                near = difflib.get_close_matches(name, paths, 1) or paths[:1]
                raise ModelError(
                    f"`{name}` of `{self.name}` is a constant or an event and cannot be arbitrary"
                    if fixed
                    else f"`{self.name}` has no field `{name}` to be arbitrary",
                    self.place or place_of(type(self.initial)),
                    f"did you mean `{near[0]}`?" if near else "it has no field that can vary",
                )

    def action(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.actions if step.name == name)

    def is_arbitrary(self, path: str) -> bool:
        """Whether the field's initial value can be any."""
        return any(_covers(name, path) for name in self.arbitrary)

    def state(self, store: Store) -> Any:
        """The state record on a store of this system's leaves."""
        return view(type(self.initial), store, 0)


def is_made(system: System) -> bool:
    """Whether its constructor has run."""
    return "place" in vars(system)


def _covers(name: str, path: str) -> bool:
    """Whether a field's name, or a record's ending in `.*`, stands for a path."""
    return path == name or (name.endswith(".*") and path.startswith(name[:-1]))


def _step(system: System, function: Callable[..., None]) -> Step:
    known = about(function)
    inner = function
    while known is None and hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__
        below = about(inner)
        if below is not None:
            what = f"`{below.name}` is a step of `{system.name}` below another decorator"
            raise ModelError(what, below.place, "put the other decorator below `@step`")
    if known is None or known.kind != "step":
        name = getattr(function, "__name__", repr(function))
        raise ModelError(
            f"`{name}` is listed as a step of `{system.name}` but is not decorated with `@step`",
            known.place if known else place_of(function) or system.place,
            "decorate it with @step" if callable(function) else "list functions with @step",
        )
    state = next(iter(known.hints.values()), None)
    if not (isinstance(state, type) and isinstance(system.initial, state)):
        what = f"the first parameter of step `{known.name}` is not the state of `{system.name}`"
        raise ModelError(what, known.place, f"it is a `{type(system.initial).__name__}`")
    choices = []
    for name, kind in list(known.hints.items())[1:]:
        of: Any = enum_or_none(kind) or kind
        if of is not bool and not (isinstance(of, type) and issubclass(of, Enum)):
            what = f"the choice `{name}` of step `{known.name}` has the type `{type_name(kind)}`"
            raise ModelError(what, known.place, "choices are bool, an Enum, or `E | None`")
        if of is not bool:
            try:
                check_enum(of)
                kind = kind if of is kind else or_none(of)
            except ModelError as error:
                raise ModelError(error.message, known.place, error.help) from None
        choices.append(Choice(name, kind))
    return Step(known, tuple(choices))


def type_name(kind: object) -> str:
    """How messages name what an annotation stands for."""
    return kind.__name__ if isinstance(kind, type) else str(kind)


@dataclass(frozen=True)
class Binding:
    """A property function with the records of a system that it speaks about."""

    function: ModelFunction
    places: tuple[tuple[type, int], ...]

    def holds(self, store: Store) -> Any:
        """Call the function on these records."""
        records: list[Any] = [view(kind, store, place) for kind, place in self.places]
        if store.run is None:
            return self.function.body(*records)
        return store.run.call(self.function, tuple(records), {})


MOST = 4096
"""Combinations of records beyond which a claim is refused."""


def bindings(system: System, function: ModelFunction) -> list[Binding]:
    """Every way to give a property function its records; none where the system lacks them."""
    for name, kind in function.hints.items():
        if not (isinstance(kind, type) and "__layout__" in kind.__dict__):
            raise ModelError(
                f"the parameter `{name}` of property `{function.name}` has the type "
                f"`{type_name(kind)}`",
                function.place,
                "the parameters of a property are records",
            )
    if not function.hints:
        what = f"the property `{function.name}` takes no records"
        raise ModelError(what, function.place, "give it records as parameters")
    state: Any = type(system.initial)
    found = [instances(state, kind) for kind in function.hints.values()]
    if (size := prod(map(len, found))) > MOST:
        raise ModelError(
            f"`{function.name}` applies to {size} combinations of records of `{system.name}`",
            function.place,
            "give it the record that has them all, and index by choices or a loop",
        )
    return [Binding(function, tuple(places)) for places in product(*found)]
