"""The state of a symbolic run: values, and what the running path decides and takes for granted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum
from types import CodeType
from typing import Any

from verifier.circuit.aig import TRUE, Graph
from verifier.language.constants import same
from verifier.language.costs import Cost
from verifier.language.encoding import Code, encoding
from verifier.language.errors import Disabled, ModelError, model_place, refuse
from verifier.language.examination import Examined
from verifier.language.feasible import is_feasible
from verifier.language.forks import Fork, Learned, Meeting, Way
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.path_condition import DEPTH, Facts
from verifier.language.paths import DecisionPoint, Frame, Outcome
from verifier.language.references import Ages
from verifier.language.running import stopping
from verifier.language.symbolic_stores import StateStore
from verifier.language.symbolic_values import Bit, member_of


class SymbolicState(ABC):
    """One state store, and the path of a model function that is running on it."""

    def __init__(self, graph: Graph, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        self.graph = graph
        self.ages = Ages()
        self.store = StateStore(self, leaves, values)
        self.observing = False
        self.judging = False
        self.guarded = False
        """Whether all that runs must be compiled with the guard of assignments."""
        self.settles = False
        """Whether what needs a plain value forks: what the model counts on may be open here."""
        self.stopped: Exception | None = None
        self.writes: dict[int, Any] = {}
        self.enabled = TRUE
        self.failures: dict[str, int] = {}
        self.frame = Frame(DecisionPoint(), ())
        self.facts = Facts(graph)
        self.costs: dict[str, Cost] = {}
        self.ran: set[CodeType] = set()
        self.examined: dict[Callable[..., Any], Examined] = {}
        self.touched: set[int] = set()
        self.way: Way = None
        self.forks: list[Fork] = []
        self.combined: set[tuple[int, int]] = set()
        self.meetings: list[Meeting] = []
        self.learned: list[Learned] = []

    # values

    def bit(self, literal: int) -> bool | Bit:
        return bool(literal) if literal <= TRUE else Bit(self, literal)

    def literal_of(self, value: object) -> int:
        if isinstance(value, Bit):
            return value._literal
        if type(value) is bool:
            return int(value)
        raise refuse(f"a symbolic bit is combined with `{value!r}`", "combine it with a bool")

    def choose(self, condition: int, then: Any, otherwise: Any) -> Any:
        """One leaf's value by cases."""
        if type(then) is int:
            return self.graph.choose(condition, then, otherwise)
        if type(then) is tuple:
            choose = self.graph.choose
            return tuple(choose(condition, a, b) for a, b in zip(then, otherwise, strict=True))
        if condition == TRUE or same(then, otherwise):
            return then
        raise refuse(f"the constants `{then!r}` and `{otherwise!r}` meet where paths merge")

    def reveal(self, raw: Any, leaf: Leaf) -> Any:
        """A stored value as a model sees it."""
        if type(raw) is int:
            if raw <= TRUE:
                return raw == TRUE
            known = self.known(raw, depth=1)
            return Bit(self, raw, leaf.path) if known is None else known
        if type(raw) is tuple:
            return member_of(self, leaf.type, raw, leaf.path)
        return raw

    # what the running path takes for granted

    def known(self, literal: int, depth: int = DEPTH) -> bool | None:
        """Whether the path decides a literal."""
        known = self.facts.known(literal, depth)
        if known is not None and literal > TRUE:
            self.frame.granted.append(literal if known else literal ^ 1)
        return known

    def possible(self, type: type[Enum], code: Code) -> tuple[Enum, ...]:
        """The members that a code can still mean."""
        found = self.facts.possible(type, code)
        self.frame.granted.append((type, code, found))
        return found

    # paths

    def decide(self, literal: int) -> bool:
        """The truth value of a literal on the running path: known, forced, or true first."""
        frame = self.frame
        place = len(frame.decisions)
        if place < len(frame.forced) and frame.forced[place][0] == literal:
            choice = frame.forced[place][1]
        else:
            known = self.known(literal)
            if known is not None:
                self.facts.learn(literal if known else literal ^ 1)
                return known
            if place < len(frame.forced):
                raise unsteady()
            self.fork(literal)
            choice = True
        frame.decisions.append(literal)
        frame.point = frame.point.after.setdefault(choice, DecisionPoint())
        frame.cursor = 0
        self._follow(literal if choice else literal ^ 1)
        return choice

    def fork(self, literal: int) -> None:
        """Note what the running path leaves open, once: not where it is run again."""
        if self._is_new and literal > TRUE:
            self.forks.append(Fork(model_place(), literal, self.way))

    def leave_open(self, raw: Any) -> None:
        """Note a value that the running path returns or stores."""
        if self._is_new:
            for literal in raw if type(raw) is tuple else (raw,):
                if type(literal) is int and literal > TRUE:
                    self.forks.append(Fork(None, literal, self.way))

    def combine(self, one: int, other: int) -> None:
        """Note an operation on bits, to be compared once for each combination of their values."""
        if one > TRUE and other > TRUE and (one, other) not in self.combined:
            self.combined.add((one, other))
            self.forks += (Fork(None, other, (self.way, way)) for way in (one, one ^ 1))

    def combine_codes(self, type: type[Enum], one: Code, other: Code) -> None:
        """Note a comparison of members, to be compared with each one on either side."""
        encoded, graph = encoding(type), self.graph
        for member in encoded.members:
            self.combine(encoded.test(graph, one, member), encoded.test(graph, other, member))

    @property
    def _is_new(self) -> bool:
        """Whether the running path is past what it shares with earlier ones."""
        return len(self.frame.decisions) >= len(self.frame.forced)

    def _follow(self, literal: int) -> None:
        """The rest of the path is where the literal holds."""
        self.way = (self.way, literal)
        self.facts.learn(literal)

    def assume(self, literal: int, by_model: bool = True) -> None:
        """The rest of the path is enabled only where the literal holds."""
        known = self.known(literal)
        if known is False:
            raise stopping(Disabled())
        if known is None:
            if by_model:
                self.fork(literal)
            self.enabled = self.graph.both(self.enabled, literal)
            self._follow(literal)

    def is_fault(self, error: Exception) -> bool:
        """Whether what the running path raises is the model's fault: some state takes the path."""
        return is_feasible(self.graph, self.way)

    def claim(self, function: ModelFunction, failure: AssertionError) -> str:
        """The name of what a failed assertion claims."""
        return function.claim(failure)

    def without_impossible(
        self, condition: int, then: Outcome, otherwise: Outcome, before: Sequence[Any]
    ) -> Outcome:
        """What paths do of which no state takes one; `before` are the values at their beginning."""
        return then if then.possible else otherwise

    @abstractmethod
    def call(self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Explore a call, or recall it when this path has been here before."""


def unsteady() -> ModelError:
    """The refusal of a function that does not repeat itself."""
    return refuse("a model function is not deterministic", "store all state in records")
