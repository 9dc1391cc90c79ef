"""Smaller programs: each has one act, instruction or written field less than another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from verifier.lab.encodings import Issued
from verifier.lab.layout import CR0_RUNNING, Field
from verifier.lab.programs import L1, L2, Act, Program, Write

PLAIN = {Field.GUEST_CR0: CR0_RUNNING, Field.HOST_CR0: CR0_RUNNING, Field.CR0_MASK: 0}
"""What a field is when a program begins, of those that may be anything."""


def size(program: Program) -> tuple[int, int]:
    """What smaller programs have less of: parts, then bits that are not the usual ones."""
    parts = bits = 0
    for act in program.acts:
        parts += 1
        match act:
            case Write(fields):
                parts += len(fields)
                bits += sum((value ^ PLAIN.get(Field(f), 0)).bit_count() for f, value in fields)
            case L1(code) | L2(code):
                parts += len(code)
                bits += sum((one.operand ^ CR0_RUNNING).bit_count() for one in code)
            case _:
                pass
    return parts + program.user, bits


def smaller(program: Program) -> Iterator[Program]:
    """Programs without one of its parts, or with one number nearer to the usual one."""
    acts = program.acts
    for place, act in enumerate(acts):
        before, after = acts[:place], acts[place + 1 :]
        if before or after:
            yield replace(program, acts=(*before, *after))
        for less in _less(act):
            yield replace(program, acts=(*before, less, *after))
    if program.user:
        yield replace(program, user=False)


def _less(act: Act) -> Iterator[Act]:
    match act:
        case Write(fields):
            for place, (field, value) in enumerate(fields):
                if len(fields) > 1:
                    yield Write((*fields[:place], *fields[place + 1 :]))
                plain = PLAIN.get(Field(field), 0)
                for changed in _nearer(value, plain):
                    yield Write((*fields[:place], (field, changed), *fields[place + 1 :]))
        case L1(code):
            yield from (L1(some) for some in _shorter(code))
        case L2(code):
            yield from (L2(some) for some in _shorter(code))
        case _:
            pass


def _shorter(code: tuple[Issued, ...]) -> Iterator[tuple[Issued, ...]]:
    for place, one in enumerate(code):
        yield (*code[:place], *code[place + 1 :])
        if one.form.takes:
            for operand in _nearer(one.operand, CR0_RUNNING):
                yield (*code[:place], replace(one, operand=operand), *code[place + 1 :])


def _nearer(value: int, usual: int) -> Iterator[int]:
    """The usual number, or one bit nearer to it."""
    differing = value ^ usual
    if differing.bit_count() > 1:
        yield usual
    yield from (value ^ 1 << at for at in range(differing.bit_length()) if differing >> at & 1)
