"""Programs in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.lab.encodings import Issued
from verifier.lab.layout import Field, VmcbField
from verifier.lab.programs import L1, L2, Program, Read, Resume, Write


def described(program: Program) -> Iterator[str]:
    """A line for each act."""
    for act in program.acts:
        match act:
            case Write(fields):
                written = ", ".join(f"{_field(field)} = {value:#x}" for field, value in fields)
                yield f"L1 writes {written}"
            case Read(fields):
                yield f"L1 reads {', '.join(map(_field, fields))}"
            case L1(code):
                yield f"L1 executes {_code(code)}"
            case L2(code):
                yield f"L2 at CPL {3 if program.user else 0} executes {_code(code)}"
            case Resume(0):
                yield "L2 goes on"
            case Resume(skip):
                yield f"L2 goes on {skip} bytes further"


def _field(number: int) -> str:
    for fields in (Field, VmcbField):
        if number in set(fields):
            return fields(number).name
    return f"field {number:#x}"


def _code(code: Sequence[Issued]) -> str:
    shown = (
        f"{one.form.name} ({one.operand:#x})" * one.form.takes or one.form.name for one in code
    )
    return "; ".join(shown) or "nothing"
