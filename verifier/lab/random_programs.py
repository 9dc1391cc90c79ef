"""Programs at random: the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from nestproof.models.x86.instructions import Location
from nestproof.models.x86.numbers import NM_INFORMATION
from verifier.lab.encodings import Form, Issued
from verifier.lab.forms import FORMS, UNMODELLED, X87_ERROR, XSETBV
from verifier.lab.layout import CR0_RUNNING, CR4_ALWAYS, Field
from verifier.lab.programs import L1, L2, Act, Program, Resume, Write
from verifier.lab.register_forms import REGISTER_FORMS
from verifier.lab.scales import DEFINED, EXCEPTIONS, FOR_L1, SWITCHED, TRIPLES

LONGEST = 6
"""Instructions of L2."""
OTHERS = {*FOR_L1, *UNMODELLED, *REGISTER_FORMS, FORMS["XRSTORS"]}
ISSUABLE = tuple(one for one in FORMS.values() if one not in OTHERS)
"""Not XRSTORS, which needs an image that nothing else has written."""
FOR_BOTH = tuple(one for one in ISSUABLE if one.location is not Location.RSP)
"""L1's faults need its stack."""


def random_programs(count: int, seed: int) -> Iterator[Program]:
    """So many programs."""
    source = Random(seed)
    for _ in range(count):
        yield Program(tuple(_acts(source)), user=source.random() < 0.1)


def _acts(source: Random) -> Iterator[Act]:
    yield Write(tuple(_settings(source)))
    if source.random() < 0.2:
        yield L1(_code(source, 3, FOR_BOTH))
    if source.random() < 0.05:
        yield L1((Issued(XSETBV, source.choice((1, 3, 7))),))
    error = source.random() < 0.1
    if error:
        yield L1((Issued(X87_ERROR),))
    forms = tuple(one for one in ISSUABLE if not (error and one.effect == "loads"))
    yield L2(_code(source, LONGEST, forms))
    for _ in range(source.randrange(3)):
        if source.random() < 0.5:
            yield Write(tuple(_settings(source)))
        yield Resume(0) if source.random() < 0.5 else L2(_code(source, LONGEST, forms))
    if source.random() < 0.3:
        yield L1(_code(source, 2, tuple(one for one in forms if one in FOR_BOTH)))


def _cr0(source: Random) -> int:
    """Mostly one that a VM entry takes."""
    value = CR0_RUNNING & ~2 | source.choice(TRIPLES)
    return (
        value if source.random() < 0.9 else value ^ 1 << source.choice((0, 5, 16, 18, 29, 30, 31))
    )


def _settings(source: Random) -> Iterator[tuple[int, int]]:
    yield Field.GUEST_CR0, _cr0(source)
    yield Field.CR0_MASK, source.choice((0, *TRIPLES, source.getrandbits(32) & DEFINED))
    yield Field.CR0_SHADOW, source.choice((_cr0(source), source.getrandbits(32) & DEFINED))
    yield Field.EXCEPTION_BITMAP, sum(bit * source.randrange(2) for bit in EXCEPTIONS.values())
    if source.random() < 0.3:
        yield Field.HOST_CR0, _cr0(source)
    if source.random() < 0.1:
        yield Field.GUEST_CR4, CR4_ALWAYS | sum(bit * source.randrange(2) for bit in SWITCHED)
    if source.random() < 0.05:
        yield Field.ENTRY_INTERRUPTION, NM_INFORMATION


def _code(source: Random, longest: int, forms: tuple[Form, ...]) -> tuple[Issued, ...]:
    chosen = [source.choice(forms) for _ in range(source.randint(1, longest))]
    return tuple(
        Issued(one, _cr0(source) if one.takes else 0, number if one.reads else 0)
        for number, one in enumerate(chosen)
    )
