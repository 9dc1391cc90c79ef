"""What symbolic values and their stores know of the run that they belong to."""

from __future__ import annotations

from enum import Enum
from typing import Any, Protocol

from verifier.circuit.aig import Graph
from verifier.language.encoding import Code
from verifier.language.layout import Leaf
from verifier.language.path_condition import Facts
from verifier.language.references import Ages
from verifier.language.running import Run


class PathRun(Run, Protocol):
    """A symbolic run on the path that is running; see symbolic_state.py for what each part does."""

    graph: Graph
    facts: Facts
    ages: Ages
    writes: dict[int, Any]
    touched: set[int]
    settles: bool

    def bit(self, literal: int) -> object: ...

    def literal_of(self, value: object) -> int: ...

    def choose(self, condition: int, then: Any, otherwise: Any) -> Any: ...

    def reveal(self, raw: Any, leaf: Leaf) -> Any: ...

    def known(self, literal: int) -> bool | None: ...

    def possible(self, type: type[Enum], code: Code) -> tuple[Enum, ...]: ...

    def decide(self, literal: int) -> bool: ...

    def assume(self, literal: int) -> None: ...

    def fork(self, literal: int) -> None: ...

    def leave_open(self, raw: Any) -> None: ...

    def combine(self, one: int, other: int) -> None: ...

    def combine_codes(self, type: type[Enum], one: Code, other: Code) -> None: ...
