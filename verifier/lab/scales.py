"""What lists of programs go through: forms of instructions, and values of CR0, mask and shadow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

from nestproof.models.x86.numbers import POSITIONS
from verifier.lab.encodings import Form, Issued
from verifier.lab.forms import FORMS, UNMODELLED, X87_ERROR, XSETBV, form
from verifier.lab.layout import (
    CR0_RUNNING,
    OSFXSR,
    OSXSAVE,
    PKE,
    UMIP,
    Field,
)
from verifier.lab.programs import L2, Write
from verifier.lab.register_forms import REGISTER_FORMS

PE, MP, EM, TS = 1, 2, 4, 8
RUNNING = CR0_RUNNING & ~MP
TRIPLES = tuple(mp * MP | em * EM | ts * TS for mp, em, ts in product((0, 1), repeat=3))
"""All values of the three bits that gate the FPU."""
USERS = (False, True)
DEFINED = sum(1 << place for place in POSITIONS.values())
WORD = tuple(range(16))
"""All values of what LMSW loads."""
EXCEPTIONS = {"ud": 1 << 6, "nm": 1 << 7, "gp": 1 << 13, "pf": 1 << 14, "mf": 1 << 16}


def toggles(most: int) -> tuple[int, ...]:
    """Sets of up to so many of the defined bits of CR0."""
    places = POSITIONS.values()
    return tuple(
        sum(1 << place for place in some)
        for count in range(most + 1)
        for some in combinations(places, count)
    )


LMSW, MOV = form("LMSW RAX"), form("MOV CR0, RAX")
FOR_L1 = (X87_ERROR, XSETBV)
APART = (*UNMODELLED, *REGISTER_FORMS)
READERS = tuple(each for each in FORMS.values() if each.reads and each not in APART)
FAULTING = (form("SMSW m16 faulting"), form("LMSW m16 faulting"))
FPU = tuple(
    each
    for each in FORMS.values()
    if not (each.takes or each.reads or each in FOR_L1 or each in FAULTING)
)
"""All that has no operand and no result: FPU instructions, CLTS and what CR0 does not gate."""
SHORT = tuple(map(form, ("FNOP", "WAIT", "EMMS", "XORPS", "VXORPS", "FXSAVE", "XSAVE", "PAUSE")))
"""An FPU instruction of each class."""
RARE = tuple(map(form, ("XSAVES", "XRSTORS", "XGETBV", "RDPKRU", "FNINIT", "FNSTSW")))
ALL_EXCEPTIONS = sum(EXCEPTIONS.values())
SWITCHED = (OSFXSR, OSXSAVE, UMIP, PKE)


@dataclass(frozen=True)
class Scale:
    """How many values a list goes through."""

    forms: tuple[Form, ...]
    traps: tuple[tuple[int, int, int], ...]
    """Masks, read shadows and exception bitmaps for each form."""
    masks: tuple[int, ...]
    shadows: tuple[int, ...]
    words: tuple[int, ...]
    reals: tuple[int, ...]
    toggled: tuple[int, ...]
    owned: tuple[tuple[int, int], ...]
    """Masks, each with bits to change in the read shadow."""
    bitmaps: tuple[int, ...]
    enabled: tuple[int, ...]
    """Bits of CR4."""
    tags: int
    """Values of FPU registers."""


FULL = Scale(
    forms=FPU,
    traps=tuple(product(TRIPLES, TRIPLES, (0, EXCEPTIONS["nm"]))),
    masks=TRIPLES,
    shadows=TRIPLES,
    words=WORD,
    reals=TRIPLES,
    toggled=toggles(2),
    owned=tuple(product(toggles(1), toggles(2))),
    bitmaps=tuple(map(sum, product(*((0, bit) for bit in EXCEPTIONS.values())))),
    enabled=tuple(map(sum, product(*((0, bit) for bit in SWITCHED)))),
    tags=40,
)
QUICK = Scale(
    forms=(*SHORT, *RARE),
    traps=((0, TS, 0), (TS | MP | EM, 0, EXCEPTIONS["nm"])),
    masks=(0, TS, TS | MP | EM),
    shadows=(0, TS),
    words=(0, PE, MP, EM, TS, PE | MP | EM | TS),
    reals=(MP, TS),
    toggled=toggles(1),
    owned=tuple((bit ^ flip, bit) for bit in toggles(1) for flip in (0, DEFINED)),
    bitmaps=(0, *EXCEPTIONS.values(), ALL_EXCEPTIONS),
    enabled=(0, sum(SWITCHED), *(sum(SWITCHED) ^ bit for bit in SWITCHED)),
    tags=2,
)


def issued(one: Form, operand: int = 0, slot: int = 0) -> Issued:
    """An instruction."""
    return Issued(one, operand if one.takes else 0, slot if one.reads else 0)


def setting(
    real: int = MP, mask: int = 0, shadow: int = 0, bitmap: int = 0, cr0: int = RUNNING
) -> Write:
    """L1 sets up L2's CR0: the three bits, in `mask` and `shadow` only these."""
    fields = [(Field.GUEST_CR0, cr0 | real), (Field.CR0_MASK, mask), (Field.CR0_SHADOW, shadow)]
    if bitmap:
        fields.append((Field.EXCEPTION_BITMAP, bitmap))
    return Write(tuple((int(field), value) for field, value in fields))


def run(*code: Issued) -> L2:
    """L1 enters L2, which executes some instructions."""
    return L2(code)
