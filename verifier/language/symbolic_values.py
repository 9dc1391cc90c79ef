"""Symbolic values: a bit or an enum that is not known yet, standing for all it can be."""

from __future__ import annotations

from enum import Enum
from operator import index
from typing import Any, NoReturn

from verifier.language.encoding import Code, encoding
from verifier.language.errors import ModelError, in_model, refuse
from verifier.language.optional import OrNone, without_none
from verifier.language.ownership import is_given_by
from verifier.language.path_run import PathRun

OF_MEMBERS = "compare it, or use a property or method that the enum has for it"
TEXT = "compare it: nothing in a model may depend on the text of a value"


class Unknown:
    """What no symbolic value can do, each with its help.

    It refuses everything but Boolean operations, comparisons and the fields of records, wherever
    it has got to: what it answered would not be what a plain value answers.
    """

    __slots__ = ("_label", "_run")

    _run: PathRun
    _label: str

    def _refusal(self, what: str, help: str) -> ModelError:
        return refuse(f"`{self._label or 'a value'}` is symbolic and {what}", help)

    def _refuse(self, what: str, help: str) -> NoReturn:
        raise self._refusal(what, help)

    def __hash__(self) -> int:
        help = "compare it, write `in (A, B)`, or use a Family indexed by the enum"
        return hash(self._plain("is used as a dictionary key or in a set", help))

    def __index__(self) -> int:
        return index(self._plain("is used as an index", "use a Family indexed by an enum"))

    def __int__(self) -> int:
        help = "compare it with its possible values"
        return int(self._plain("is turned into a number", help))

    def _plain(self, what: str, help: str) -> Any:
        """What it is on this path in a run that settles what is open; refused in others."""
        if not self._run.settles:
            raise self._refusal(what, help)
        return self._settled()

    def _settled(self) -> Any:
        """What it is on this path: a fork for each value that it can have."""
        raise NotImplementedError

    def __iter__(self) -> NoReturn:
        self._refuse("is looped over", "loop over a constant range or an enum")

    def __lt__(self, other: object) -> bool:
        self._refuse("is compared by order", "compare it with == or use match")

    __le__ = __gt__ = __ge__ = __lt__

    def __add__(self, other: object) -> NoReturn:
        self.__neg__()

    # All of Python's operators: one that is missing here would be the other operand's to define.
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = __add__
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __add__
    __divmod__ = __rdivmod__ = __pow__ = __rpow__ = __add__
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = __add__
    __iadd__ = __isub__ = __imul__ = __imatmul__ = __itruediv__ = __ifloordiv__ = __add__
    __imod__ = __ipow__ = __ilshift__ = __irshift__ = __add__

    def __and__(self, other: object) -> Any:
        self._refuse("is combined with &, | or ^", "compare it with its possible values")

    __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __and__

    def __repr__(self) -> str:
        if in_model():
            self._refuse("is made into text", TEXT)
        return self._shown()

    def __format__(self, _: str) -> str:
        if in_model():
            self._refuse("is made into text", TEXT)
        return self._shown()

    def _shown(self) -> str:
        """How messages and debuggers show it."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_") and not in_model():
            raise AttributeError(name)
        self._refuse(f"is asked for its `{name}`", "compare it: a symbolic value has no attributes")

    def __reduce_ex__(self, _: object) -> NoReturn:
        self._refuse("is copied or saved", "assign it to a field: it cannot change by itself")

    def __dir__(self) -> list[str]:
        if in_model():
            self._refuse("is asked for its attributes", "compare it with its possible values")
        return list(object.__dir__(self))

    def __call__(self, *_: object, **__: object) -> NoReturn:
        self._refuse("is called", "compare it with its possible values")

    def __getitem__(self, _: object) -> NoReturn:
        self._refuse("is indexed", "use a Family indexed by an enum")

    def __contains__(self, _: object) -> bool:
        self._refuse("is searched", "compare it with its possible values")

    def __len__(self) -> int:
        self._refuse("is asked for its length", "compare it with its possible values")

    def __neg__(self) -> NoReturn:
        self._refuse("is calculated with", "use if, ==, &, | and ^: there are no numbers")

    __pos__ = __abs__ = __invert__ = __float__ = __complex__ = __neg__
    __round__ = __trunc__ = __floor__ = __ceil__ = __neg__


class Bit(Unknown):
    """A symbolic bool; asked for its truth value, it forks the run."""

    __slots__ = ("_literal",)

    def __init__(self, run: PathRun, literal: int, label: str = "") -> None:
        self._run = run
        self._literal = literal
        self._label = label

    def __bool__(self) -> bool:
        return self._run.decide(self._literal)

    def __and__(self, other: object) -> object:
        run = self._run
        return run.bit(run.graph.both(*self._operands(other)))

    def __or__(self, other: object) -> object:
        run = self._run
        return run.bit(run.graph.either(*self._operands(other)))

    def __xor__(self, other: object) -> object:
        run = self._run
        return run.bit(run.graph.differ(*self._operands(other)))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__
    __ne__ = __xor__  # type: ignore[assignment]

    def __eq__(self, other: object) -> object:  # type: ignore[override]
        run = self._run
        return run.bit(run.graph.differ(*self._operands(other)) ^ 1)

    def _operands(self, other: object) -> tuple[int, int]:
        """The literals of both operands, noted for the comparison."""
        mine, others = self._literal, self._run.literal_of(other)
        self._run.combine(mine, others)
        return mine, others

    def _settled(self) -> bool:
        return bool(self)

    def __invert__(self) -> NoReturn:
        self._refuse("is inverted with ~", "write `not x`, or `x ^ True` to avoid a fork")

    __hash__ = Unknown.__hash__

    def _shown(self) -> str:
        return f"<symbolic bool{self._label and ' '}{self._label}>"


class Symbol(Unknown):
    """A symbolic member of an enum."""

    __slots__ = ("_code", "_type")

    def __init__(self, run: PathRun, type: type[Enum], code: Code, label: str = "") -> None:
        self._run = run
        self._type = type
        self._code = code
        self._label = label

    def __eq__(self, other: object) -> object:  # type: ignore[override]
        run, type = self._run, self._type
        if isinstance(other, type):
            return run.bit(run.facts.test(type, self._code, other))
        if isinstance(other, Symbol) and other._type is type:
            run.combine_codes(type, self._code, other._code)
            return run.bit(encoding(type).same(run.graph, self._code, other._code))
        if other is None:
            return False
        raise self._refusal(f"is compared with `{other!r}`", f"compare it with a `{type.__name__}`")

    def __ne__(self, other: object) -> object:  # type: ignore[override]
        same: Any = self == other
        return same ^ True

    def __bool__(self) -> NoReturn:
        self._refuse("is used as a condition", "compare it with a member")

    def __getattr__(self, name: str) -> Any:
        """What the enum's own class gives its members, of the one that it is on this path."""
        called = in_model()
        if name.startswith("_") and not called:
            raise AttributeError(name)
        plain = self._run.settles and name[:1] != "_"
        if called and (plain or is_given_by(self._type, name)):
            return getattr(self._settled(), name)
        raise self._refusal(f"is asked for its `{name}`", OF_MEMBERS)

    def _settled(self) -> Enum:
        *others, last = self._run.possible(self._type, self._code)
        return next((member for member in others if self == member), last)

    __hash__ = Unknown.__hash__

    def _shown(self) -> str:
        return f"<symbolic {self._type.__name__}{self._label and ' '}{self._label}>"


class Either(Unknown):
    """None or a member, until a path decides: only the language has it, no model does."""

    __slots__ = ("_code", "_type")

    def __init__(self, run: PathRun, type: type[Enum], code: Code, label: str = "") -> None:
        self._run = run
        self._type = type
        self._code = code
        self._label = label

    def _shown(self) -> str:
        return f"<symbolic {self._type.__name__}{self._label and ' '}{self._label}>"

    def _decided(self) -> Any:
        """What a model has on the running path."""
        return member_of(self._run, self._type, self._code, self._label)


def member_of(run: PathRun, type: type[Enum], code: Code, label: str = "") -> Any:
    """A member by its code; None where it may be that and the running path decides so."""
    if issubclass(type, OrNone):
        if not run.decide(code[0]):
            return None
        type, code = without_none(type), code[1:]
    possible = run.possible(type, code)
    return possible[0] if len(possible) == 1 else Symbol(run, type, code, label)


def decided(value: Any) -> Any:
    """A value, decided on the running path where it is None or a member."""
    return value._decided() if isinstance(value, Either) else value
