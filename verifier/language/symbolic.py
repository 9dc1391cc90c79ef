"""Symbolic values: a bit or an enum that is not known yet, standing for all it can be."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn

from verifier.language.encoding import Code, encoding
from verifier.language.errors import refuse

if TYPE_CHECKING:
    from verifier.language.explorer import SymbolicRun


class Unknown:
    """What no symbolic value can do, each with its mend."""

    __slots__ = ("name", "run")

    run: SymbolicRun
    name: str

    def _refuse(self, what: str, mend: str) -> NoReturn:
        raise refuse(f"`{self.name or 'this'}` is symbolic and {what}", mend)

    def __hash__(self) -> int:
        self._refuse(
            "is used as a dictionary key or in a set",
            "compare it, or use a record of the model language indexed by the enum",
        )

    def __index__(self) -> int:
        self._refuse("is used as an index", "use a Family indexed by an enum")

    def __int__(self) -> int:
        self._refuse("is turned into a number", "compare it with its possible values")

    def __iter__(self) -> NoReturn:
        self._refuse("is looped over", "loop over a constant range")

    def __lt__(self, other: object) -> bool:
        self._refuse("is compared by order", "compare it with == or use match")

    __le__ = __gt__ = __ge__ = __lt__


class Bit(Unknown):
    """A symbolic bool; asked for its truth value, it forks the run."""

    __slots__ = ("literal",)

    def __init__(self, run: SymbolicRun, literal: int, name: str = "") -> None:
        self.run = run
        self.literal = literal
        self.name = name

    def __bool__(self) -> bool:
        return self.run.decide(self.literal)

    def __and__(self, other: object) -> object:
        run = self.run
        return run.bit(run.graph.both(self.literal, run.literal_of(other)))

    def __or__(self, other: object) -> object:
        run = self.run
        return run.bit(run.graph.either(self.literal, run.literal_of(other)))

    def __xor__(self, other: object) -> object:
        run = self.run
        return run.bit(run.graph.differ(self.literal, run.literal_of(other)))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__
    __ne__ = __xor__  # type: ignore[assignment]

    def __eq__(self, other: object) -> object:  # type: ignore[override]
        run = self.run
        return run.bit(run.graph.differ(self.literal, run.literal_of(other)) ^ 1)

    def __invert__(self) -> NoReturn:
        self._refuse("is inverted with ~", "write `not x`, or `x ^ True` to avoid a fork")

    __hash__ = Unknown.__hash__

    def __repr__(self) -> str:
        return f"<{self.name or 'bit'} {self.literal}>"


class Symbol(Unknown):
    """A symbolic member of an enum."""

    __slots__ = ("code", "type")

    def __init__(self, run: SymbolicRun, type: type[Enum], code: Code, name: str = "") -> None:
        self.run = run
        self.type = type
        self.code = code
        self.name = name

    def __eq__(self, other: object) -> object:  # type: ignore[override]
        if isinstance(other, self.type):
            return self.run.bit(self.run.test(self.type, self.code, other))
        if isinstance(other, Symbol) and other.type is self.type:
            graph = self.run.graph
            return self.run.bit(
                graph.any(
                    graph.both(
                        self.run.test(self.type, self.code, member),
                        self.run.test(self.type, other.code, member),
                    )
                    for member in encoding(self.type).members
                )
            )
        self._refuse(f"is compared with `{other!r}`", f"compare it with a `{self.type.__name__}`")

    def __ne__(self, other: object) -> object:  # type: ignore[override]
        same: Any = self == other
        return same ^ True

    def __bool__(self) -> NoReturn:
        self._refuse("is used as a condition", "compare it with a member")

    def __getattr__(self, name: str) -> NoReturn:
        self._refuse(f"is asked for its `{name}`", "compare it with the members")

    __hash__ = Unknown.__hash__

    def __repr__(self) -> str:
        return f"<{self.name or self.type.__name__} {self.code}>"
