"""Results of calls where paths meet: values by cases, references by cases."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any

from verifier.circuit.aig import TRUE
from verifier.language.constants import is_equal_by_parts, is_frozen, items, same
from verifier.language.encoding import Code, encoding
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.layout import layout_of
from verifier.language.members import check_enum
from verifier.language.mixed import MixedStore
from verifier.language.optional import or_none, without_none
from verifier.language.ownership import is_record
from verifier.language.path_run import PathRun
from verifier.language.records import FamilyView, again
from verifier.language.stores import Base
from verifier.language.symbolic_stores import SymbolicStore, symbolic
from verifier.language.symbolic_values import Bit, Either, Symbol

Member = Enum | Symbol | Either | None
"""A result that is a member of an enum, or may be None."""


def merged_result(
    run: PathRun, function: ModelFunction, condition: int, then: Any, otherwise: Any, part: str = ""
) -> Any:
    """What a call returns whose paths return `then` and `otherwise`, or as a part of that."""
    if then is otherwise:
        return then
    if isinstance(then, bool | Bit) and isinstance(otherwise, bool | Bit):
        a, b = run.literal_of(then), run.literal_of(otherwise)
        return run.bit(run.graph.choose(condition, a, b))
    if isinstance(then, Member) and isinstance(otherwise, Member):
        return _merged_enum(run, function, condition, then, otherwise)
    if is_record(then) and _is_like(then, otherwise):
        return _merged_record(run, condition, then, otherwise)
    if type(then) is type(otherwise) and not is_record(then):
        if isinstance(then, tuple) and len(then) == len(otherwise):
            pairs = zip(then, otherwise, strict=True)
            parts = [
                merged_result(run, function, condition, a, b, f"{part}[{place}]")
                for place, (a, b) in enumerate(pairs)
            ]
            return tuple.__new__(type(then), parts)
        if same(then, otherwise):
            return then
        if is_frozen(then) and is_equal_by_parts(type(then)):
            return _merged_fields(run, function, condition, then, otherwise, part)
    where = f" as `{part.removeprefix('.')}`" if part else ""
    raise ModelError(
        f"`{function.name}` returns `{then!r}`{where} on one path and `{otherwise!r}` on another",
        function.place,
        "return values of one type: bools, members of one enum, records or tuples of them",
    )


def _merged_fields(
    run: PathRun, function: ModelFunction, condition: int, then: Any, otherwise: Any, part: str
) -> Any:
    """A frozen dataclass by cases, field by field; its own code does not run again."""
    merged = object.__new__(type(then))
    mine, theirs = (dict(items(each)) for each in (then, otherwise))
    for name in mine | theirs:
        here = f"{part}{name}"
        value = merged_result(run, function, condition, mine.get(name), theirs.get(name), here)
        object.__setattr__(merged, name.removeprefix("."), value)
    return merged


def _merged_enum(
    run: PathRun,
    function: ModelFunction,
    condition: int,
    then: Member,
    otherwise: Member,
) -> Enum | Symbol | Either:
    kind, *others = _kinds(then, otherwise)
    if others:
        what = f"`{function.name}` returns members of two enums"
        raise ModelError(what, function.place, "return members of one enum")
    _check_once(kind)
    a, b = _codes(then, otherwise)
    code = tuple(run.graph.choose(condition, x, y) for x, y in zip(a, b, strict=True))
    if len(code) > encoding(kind).width:
        return Either(run, or_none(kind), code)
    possible = encoding(kind).possible(code)
    return possible[0] if len(possible) == 1 else Symbol(run, kind, code)


@cache
def _check_once(kind: type[Enum]) -> None:
    """Refuse an enum of which there can be no symbolic member; fields' are checked before."""
    check_enum(kind)


def _kinds(*values: Member) -> list[type[Enum]]:
    """The enums whose members some values are, where they are not None."""
    found = (_kind(value) for value in values if value is not None)
    return list(dict.fromkeys(found))


def _kind(value: Enum | Symbol | Either) -> Any:
    return without_none(value._type if isinstance(value, Symbol | Either) else type(value))


def _codes(*values: Member) -> list[Code]:
    """The codes of members of one enum: those with None where one of them may be that."""
    codes = [_code(value) for value in values]
    if not any(value is None or isinstance(value, Either) for value in values):
        return codes
    [kind] = _kinds(*values)
    none = encoding(or_none(kind)).constant(next(iter(or_none(kind))))
    return [
        none if value is None else code if isinstance(value, Either) else (TRUE, *code)
        for value, code in zip(values, codes, strict=True)
    ]


def _code(value: Member) -> Code:
    if isinstance(value, Enum):
        return encoding(type(value)).constant(value)
    return () if value is None else value._code


def _merged_record(run: PathRun, condition: int, then: Any, otherwise: Any) -> Any:
    """A reference by cases, as old as the older one."""
    born = min(then._born, otherwise._born)
    if then._store is otherwise._store and isinstance(then._store, SymbolicStore):
        if then._base == otherwise._base:
            return again(then, then._store, then._base, born)
        base = _cases(run, condition, then._base) + _cases(run, condition ^ 1, otherwise._base)
        return again(then, then._store, base, born)
    size = then._rows.size if isinstance(then, FamilyView) else len(layout_of(type(then)).leaves)
    mine = (symbolic(then._store, run), then._base)
    theirs = (symbolic(otherwise._store, run), otherwise._base)
    return again(then, MixedStore(run, condition, mine, theirs, size), 0, born)


def _is_like(then: Any, otherwise: Any) -> bool:
    """Whether two references are to records of one type, or to families of one kind."""
    if isinstance(then, FamilyView) and isinstance(otherwise, FamilyView):
        return bool(then._rows.matches(otherwise._rows))
    return type(then) is type(otherwise)


def _cases(run: PathRun, condition: int, base: Base) -> tuple[tuple[int, int], ...]:
    cases = ((TRUE, base),) if isinstance(base, int) else base
    return tuple((run.graph.both(condition, guard), place) for guard, place in cases)


def raw_value(value: Any) -> Any:
    """A bit's literal or an enum's code; None for anything else."""
    if isinstance(value, Bit):
        return value._literal
    if type(value) is bool:
        return int(value)
    return _code(value) if isinstance(value, Enum | Symbol | Either) else None


def raw_pairs(then: Any, otherwise: Any) -> list[tuple[Any, Any]]:
    """What stands for two results where they meet; nothing for what has no literals."""
    if isinstance(then, Member) and isinstance(otherwise, Member):
        if then is otherwise is None:
            return []
        one, other = _codes(then, otherwise)
        return [(one, other)]
    raws = raw_value(then), raw_value(otherwise)
    return [] if None in raws else [raws]
