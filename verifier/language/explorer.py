"""Symbolic runs: every path of a model function, merged when it returns.

A symbolic bit asked for its truth value forks. The function is run again for each decision
sequence that the facts of the path leave open; calls made before a fork are remembered, not
explored again. At the return of each model function the paths' states and results are merged by
cases, so paths add up over calls instead of multiplying. In the tradition of Torlak and Bodik: A
Lightweight Symbolic Virtual Machine for Solver-Aided Host Languages. PLDI 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from time import perf_counter
from typing import Any

from verifier.circuit.graph import FALSE, TRUE, Graph
from verifier.language.encoding import Code, encoding
from verifier.language.errors import Disabled, ModelError, refuse
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.merging import merged_result
from verifier.language.refusals import examine
from verifier.language.stores import SymbolicStore
from verifier.language.symbolic import Bit, Symbol

PATHS = 4096
"""Paths of one call beyond which a model is refused."""


Decisions = tuple[tuple[int, bool], ...]
"""Literals with the truth value that a path takes for each."""


@dataclass
class Outcome:
    """What a call or a set of its paths does; the state means nothing where it is not enabled."""

    enabled: int
    values: list[Any]
    result: Any
    failures: dict[str, int]


class Decided:
    """A point of a path after a decision, with the calls made there."""

    __slots__ = ("after", "calls")

    def __init__(self) -> None:
        self.calls: list[Outcome] = []
        self.after: dict[bool, Decided] = {}


class Frame:
    """The path of one call that is running now."""

    __slots__ = ("cursor", "decisions", "forced", "point")

    def __init__(self, point: Decided, forced: Decisions) -> None:
        self.point = point
        self.forced = forced
        self.cursor = 0
        self.decisions: list[int] = []


@dataclass
class Cost:
    """What a function took, its callees included."""

    calls: int = 0
    paths: int = 0
    gates: int = 0
    seconds: float = 0.0


@dataclass
class Facts:
    """Literals known on the running path, undone from the end."""

    known: dict[int, bool] = field(default_factory=dict)
    members: dict[Code, tuple[Enum, ...]] = field(default_factory=dict)
    trail: list[Callable[[], object]] = field(default_factory=list)

    def undo(self, mark: int) -> None:
        while len(self.trail) > mark:
            self.trail.pop()()


class SymbolicRun:
    """Explores model functions over one state store."""

    def __init__(self, graph: Graph, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        self.graph = graph
        self.store = SymbolicStore(self, leaves, values, state=True)
        self.observing = False
        self.enabled = TRUE
        self.failures: dict[str, int] = {}
        self.frame = Frame(Decided(), ())
        self.facts = Facts()
        self.tests: dict[int, tuple[type[Enum], Code, Enum]] = {}
        self.costs: dict[str, Cost] = {}

    # values

    def bit(self, literal: int) -> bool | Bit:
        return bool(literal) if literal <= TRUE else Bit(self, literal)

    def literal_of(self, value: object) -> int:
        if isinstance(value, Bit):
            return value.literal
        if type(value) is bool:
            return int(value)
        raise refuse(f"a symbolic bit is combined with `{value!r}`", "combine it with a bool")

    def choose(self, condition: int, then: Any, otherwise: Any) -> Any:
        """One leaf's value by cases."""
        if then == otherwise:
            return then
        if type(then) is int:
            return self.graph.choose(condition, then, otherwise)
        if type(then) is tuple:
            choose = self.graph.choose
            return tuple(choose(condition, a, b) for a, b in zip(then, otherwise, strict=True))
        if condition == TRUE:
            return then
        raise refuse(f"the constants `{then!r}` and `{otherwise!r}` meet where paths merge")

    def reveal(self, raw: Any, leaf: Leaf) -> Any:
        """A stored value as a model sees it."""
        if type(raw) is int:
            if raw > TRUE:
                known = self.facts.known.get(raw)
                return Bit(self, raw, leaf.path) if known is None else known
            return raw == TRUE
        if type(raw) is tuple:
            possible = self.possible(leaf.type, raw)
            return possible[0] if len(possible) == 1 else Symbol(self, leaf.type, raw, leaf.path)
        return raw

    def test(self, type: type[Enum], code: Code, member: Enum) -> int:
        literal = encoding(type).test(self.graph, code, member)
        if literal > TRUE:
            self.tests[literal] = (type, code, member)
        return literal

    def possible(self, type: type[Enum], code: Code) -> tuple[Enum, ...]:
        """The members a code can still mean on the running path."""
        return self.facts.members.get(code) or encoding(type).possible(code)

    # facts

    def known(self, literal: int, depth: int = 3) -> bool | None:
        """Whether the path's facts decide a literal, looking a few gates down."""
        if literal <= TRUE:
            return literal == TRUE
        fact = self.facts.known.get(literal)
        if fact is not None or depth == 0:
            return fact
        node = literal >> 1
        if self.graph.left[node] < 0:
            return None
        left = self.known(self.graph.left[node], depth - 1)
        right = self.known(self.graph.right[node], depth - 1)
        if left is False or right is False:
            return bool(literal & 1)
        if left and right:
            return not literal & 1
        return None

    def learn(self, literal: int) -> None:
        """Add a fact to the running path, with what it plainly implies."""
        pending = [literal]
        known, trail = self.facts.known, self.facts.trail
        while pending:
            fact = pending.pop()
            if fact <= TRUE or fact in known:
                continue
            known[fact] = True
            known[fact ^ 1] = False
            trail.append(partial(self._forget, fact))
            if not fact & 1 and self.graph.is_gate(fact):
                pending += (self.graph.left[fact >> 1], self.graph.right[fact >> 1])
            if fact ^ 1 in self.tests:
                pending += self._exclude(*self.tests[fact ^ 1])
            if fact in self.tests:
                type, code, member = self.tests[fact]
                self._narrow(code, (member,))

    def _forget(self, fact: int) -> None:
        del self.facts.known[fact], self.facts.known[fact ^ 1]

    def _exclude(self, type: type[Enum], code: Code, member: Enum) -> list[int]:
        rest = tuple(m for m in self.possible(type, code) if m != member)
        self._narrow(code, rest)
        return [self.test(type, code, rest[0])] if len(rest) == 1 else []

    def _narrow(self, code: Code, members: tuple[Enum, ...]) -> None:
        domain = self.facts.members
        before = domain.get(code)
        domain[code] = members
        self.facts.trail.append(
            lambda: domain.pop(code) if before is None else domain.__setitem__(code, before)
        )

    def decide(self, literal: int) -> bool:
        """The truth value of a literal on the running path: known, forced, or true first."""
        frame = self.frame
        place = len(frame.decisions)
        if place < len(frame.forced) and frame.forced[place][0] == literal:
            choice = frame.forced[place][1]
        else:
            known = self.known(literal)
            if known is not None:
                return known
            if place < len(frame.forced):
                raise refuse(
                    "a model function decides differently when it is run again",
                    "keep all state in records",
                )
            choice = True
        frame.decisions.append(literal)
        frame.point = frame.point.after.setdefault(choice, Decided())
        frame.cursor = 0
        self.learn(literal if choice else literal ^ 1)
        return choice

    def assume(self, literal: int) -> None:
        known = self.known(literal)
        if known is False:
            raise Disabled
        if known is None:
            self.enabled = self.graph.both(self.enabled, literal)
            self.learn(literal)

    # calls

    def call(self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Explore a call, or recall it when this path has been here before."""
        frame = self.frame
        made, place = frame.point.calls, frame.cursor
        frame.cursor += 1
        if place == len(made):
            made.append(self.explore(function, given, named))
        outcome = made[place]
        for name, failed in outcome.failures.items():
            here = self.graph.both(self.enabled, failed)
            self.failures[name] = self.graph.either(self.failures.get(name, FALSE), here)
        self.enabled = self.graph.both(self.enabled, outcome.enabled)
        if self.enabled == FALSE:
            raise Disabled
        self.learn(outcome.enabled)
        self.store.values = list(outcome.values)
        return outcome.result

    def explore(
        self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Outcome:
        """Every path of a call from the present state, merged; the run is left as it was."""
        examine(function.body)
        before = (self.store.values, self.enabled, self.failures, self.frame, self.observing)
        cost = self.costs.setdefault(function.name, Cost())
        start, gates = perf_counter(), self.graph.gates
        self.observing = self.observing or function.kind in ("observer", "always", "sometimes")
        outcome = _Exploration(self, function, given, named).paths(())
        self.store.values, self.enabled, self.failures, self.frame, self.observing = before
        cost.calls += 1
        cost.gates += self.graph.gates - gates
        cost.seconds += perf_counter() - start
        return outcome


class _Exploration:
    """The paths of one call."""

    def __init__(
        self, run: SymbolicRun, function: ModelFunction, given: tuple[Any, ...], named: Any
    ) -> None:
        self.run = run
        self.function = function
        self.given = given
        self.named = named
        self.root = Decided()
        self.entry = run.store.values
        self.mark = len(run.facts.trail)
        self.taken = 0

    def paths(self, forced: Decisions) -> Outcome:
        """All paths that begin with the forced decisions."""
        outcome, decisions = self._path(forced)
        for place in range(len(decisions) - 1, len(forced) - 1, -1):
            same = tuple((literal, True) for literal in decisions[len(forced) : place])
            other = self.paths((*forced, *same, (decisions[place], False)))
            outcome = self._merge(decisions[place], outcome, other)
        return outcome

    def _path(self, forced: Decisions) -> tuple[Outcome, list[int]]:
        run = self.run
        self.taken += 1
        run.costs[self.function.name].paths += 1
        if self.taken > PATHS:
            raise ModelError(
                f"`{self.function.name}` has more than {PATHS} paths",
                mend="split it into model functions, or combine bits with &, | and ^",
            )
        run.store.values = list(self.entry)
        run.enabled, run.failures = TRUE, {}
        frame = run.frame = Frame(self.root, forced)
        result = None
        try:
            result = self.function.body(*self.given, **self.named)
            enabled = run.enabled
        except Disabled:
            enabled = FALSE
        except AssertionError as failure:
            name = str(failure) or self.function.name
            run.failures[name] = run.graph.either(run.failures.get(name, FALSE), run.enabled)
            enabled = FALSE
        finally:
            run.facts.undo(self.mark)
        return Outcome(enabled, run.store.values, result, run.failures), frame.decisions

    def _merge(self, condition: int, then: Outcome, otherwise: Outcome) -> Outcome:
        run, graph = self.run, self.run.graph
        failures = {
            name: graph.choose(
                condition, then.failures.get(name, FALSE), otherwise.failures.get(name, FALSE)
            )
            for name in {**then.failures, **otherwise.failures}
        }
        enabled = graph.choose(condition, then.enabled, otherwise.enabled)
        if otherwise.enabled == FALSE:
            return Outcome(enabled, then.values, then.result, failures)
        if then.enabled == FALSE:
            return Outcome(enabled, otherwise.values, otherwise.result, failures)
        values = [
            a if a == b else run.choose(condition, a, b)
            for a, b in zip(then.values, otherwise.values, strict=True)
        ]
        result = merged_result(run, self.function.name, condition, then.result, otherwise.result)
        return Outcome(enabled, values, result, failures)

