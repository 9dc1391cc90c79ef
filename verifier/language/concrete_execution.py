"""Concrete runs: the same functions on plain values, with a log of what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from verifier.language.call_log import Assignment, Branch, Call
from verifier.language.calls import check_given
from verifier.language.citations import Section
from verifier.language.constants import same
from verifier.language.errors import Disabled, ModelError, Place, model_place, raising_place, refuse
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf, layout_of
from verifier.language.observing import enter, forbid_answer, forbid_stop, uncaught
from verifier.language.optional import seen
from verifier.language.running import RUNNING, resume, stopping
from verifier.language.stores import Base, Store, forbid_change, forbid_ghost, storable
from verifier.language.views import require_given_fresh, view


class Twins(Protocol):
    """What runs in the place of functions, to report what they decide."""

    def body(self, function: ModelFunction) -> Callable[..., Any]:
        """The function's body, or a twin of it."""


class LoggedStore(Store):
    """A system's state in a concrete run."""

    run: ConcreteRun

    def read(self, base: Base) -> Any:
        leaf, run = self.leaves[base], self.run  # type: ignore[index]
        if leaf.ghost and not run.observing:
            forbid_ghost(leaf, run)
        value = self.values[base]  # type: ignore[index]
        if run.reads is not None:
            run.reads[leaf.path] = value
            if run.is_in_code:
                run.reads_of_code.add(leaf.path)
        if run.watching:
            run.recent.append((run.depth, leaf.path, value))
        return seen(value) if leaf.optional else value

    def peek(self, base: Base, target: Store) -> Any:
        value, run = self.values[base], self.run  # type: ignore[index]
        if run.reads is not None:
            path = self.leaf(base).path
            run.reads[path] = value
            if run.is_in_code:
                run.reads_of_code.add(path)
        return target.encoded(value)

    def poke(self, base: Base, raw: Any) -> None:
        leaf, old = self.leaves[base], self.values[base]  # type: ignore[index]
        if self.run.observing:
            forbid_change(leaf, self.run)
        if leaf.constant:
            if not same(raw, old):
                raise refuse(f"`{raw!r}` is assigned to `{leaf.path}`", storable(leaf))
            return
        if self.run.logging:
            place = model_place()
            self.run.log(Assignment(leaf.path, old, raw, place.line if place else 0))
        self.values[base] = raw  # type: ignore[index]


def can_change(value: Any) -> bool:
    """Whether a field can have another value than this: it is not a constant of the system."""
    return isinstance(value, bool | Enum)


def _logged_result(result: Any) -> Any:
    """A call's result for the log: a record as it is now."""
    if not hasattr(result, "_values"):
        return result
    return view(type(result), Store(layout_of(type(result)).leaves, result._values()), 0)


@dataclass(frozen=True)
class Taken:
    """A step that was enabled: the state after it, what it did, and the assertion it failed."""

    values: tuple[Any, ...]
    call: Call
    failed: str | None
    failed_at: Place | None = None


class ConcreteRun:
    """Runs model functions on one state of plain values and logs them, unless that is off."""

    def __init__(self, leaves: tuple[Leaf, ...], values: list[Any], logging: bool = True) -> None:
        self.store = LoggedStore(leaves, values)
        self.logging = logging
        self._blank = [(i, leaf.default) for i, leaf in enumerate(leaves) if leaf.event]
        self.store.run = self
        self.observing = False
        self.judging = False
        self.stopped: Exception | None = None
        self.reads: dict[str, Any] | None = None
        self.reads_of_code: set[str] = set()
        self.watching = False
        self.recent: list[tuple[int, str, Any]] = []
        self.decisions: Twins | None = None
        self._open: list[Call | None] = []

    @property
    def depth(self) -> int:
        """How many model functions are running."""
        return len(self._open)

    @property
    def is_in_code(self) -> bool:
        """Whether what runs is logged, and neither a rule of a manual nor an observer."""
        innermost = self._open[-1] if self._open else None
        if innermost is None or self.observing:
            return False
        return not isinstance(innermost.function.citation, Section)

    @property
    def logged(self) -> int:
        """How many entries the innermost call has."""
        innermost = self._open[-1] if self._open else None
        return len(innermost.entries) if innermost is not None else 0

    def log(self, entry: Assignment | Call | Branch, since: int | None = None) -> None:
        """Log an entry; with `since`, before the first assignment from that one on."""
        innermost = self._open[-1] if self._open else None
        if innermost is None or not self.logging:
            return
        entries = innermost.entries
        later = range(len(entries) if since is None else since, len(entries))
        place = next((n for n in later if isinstance(entries[n], Assignment)), len(entries))
        entries.insert(place, entry)

    def call(self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if self._open:
            resume(self)
            require_given_fresh(given)
            if named:
                require_given_fresh(named.values())
            if function.observes:
                check_given(function, given, named)
        made = self._logged(function) if self.logging else None
        before = (self.observing, self.judging)
        enter(self, function)
        try:
            result = self._run(function, made, given, named)
        except (Disabled, AssertionError) as stop:
            forbid_stop(self, stop)
            stopping(stop)
            raise
        except ModelError:
            raise
        except RecursionError as error:
            stopping(error)
            raise
        except Exception as error:
            raise uncaught(function, error) from error
        finally:
            self.observing, self.judging = before
        if self._open and result is not None:
            forbid_answer(self, function)
        return result

    def _logged(self, function: ModelFunction) -> Call:
        place = model_place()
        made = Call(function, place.line if place else 0)
        self.log(made)
        return made

    def _run(
        self,
        function: ModelFunction,
        call: Call | None,
        given: tuple[Any, ...],
        named: Mapping[str, Any],
    ) -> Any:
        """Run a function's body, logging to its call if there is one."""
        if not self._open:
            self.stopped = None
        self._open.append(call)
        running = None if RUNNING.get() is self else RUNNING.set(self)
        try:
            body = function.body if self.decisions is None else self.decisions.body(function)
            result = body(*given, **named)
            resume(self)
        except AssertionError as failure:
            failure.args = (function.claim(failure),)
            raise
        finally:
            if running is not None:
                RUNNING.reset(running)
            self._open.pop()
        if call is not None and self.logging:
            call.result, call.has_returned = _logged_result(result), True
        return result

    def take(self, step: ModelFunction, state: Any, choices: Mapping[str, Any]) -> Taken | None:
        """Run a step; None, and nothing changed, where it is not enabled.

        A failed assertion stops the machine: the state stays as it was before the step, with
        blank events. A step that raises anything else changes nothing either.
        """
        try:
            return self.attempt(step, state, choices)
        except Disabled:
            return None

    def attempt(self, step: ModelFunction, state: Any, choices: Mapping[str, Any]) -> Taken:
        """The same, but a step that is not enabled raises Disabled."""
        before, failed, place = list(self.store.values), None, None
        self.stand()
        call = Call(step, step.place.line)
        try:
            self._run(step, call, (state,), {name: seen(each) for name, each in choices.items()})
        except AssertionError as failure:
            self.store.values = before
            self.stand()
            failed, place = str(failure), raising_place(failure.__traceback__)
        except BaseException:
            self.store.values = before
            raise
        return Taken(tuple(self.store.values), call, failed, place)

    def stand(self) -> None:
        """Take the step that changes nothing: its events are blank."""
        for place, default in self._blank:
            self.store.values[place] = default

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Allow ghosts to be read, as properties do."""
        before = (self.observing, self.judging)
        self.observing = self.judging = True
        try:
            yield
        finally:
            self.observing, self.judging = before
