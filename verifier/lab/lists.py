"""Lists of programs: exhaustive where it matters, a quick one that has every rule, and random ones.

The full list goes through all of TS, MP and EM in CR0, mask and shadow for every class of
instructions; the quick one through values chosen so that each rule decides some program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from nestproof.models.x86.numbers import NM_INFORMATION, POSITIONS
from verifier.lab.forms import FORMS, X87_ERROR, XSETBV, Form, Issued, form
from verifier.lab.layout import (
    CR0_RUNNING,
    CR3_TARGETS,
    CR4_ALWAYS,
    ENABLE_XSAVES,
    OSFXSR,
    OSXSAVE,
    PKE,
    UMIP,
    Field,
)
from verifier.lab.programs import L1, L2, Act, Program, Resume, Write

PE, MP, EM, TS = 1, 2, 4, 8
RUNNING = CR0_RUNNING & ~MP
TRIPLES = tuple(mp * MP | em * EM | ts * TS for mp, em, ts in product((0, 1), repeat=3))
"""All values of the three bits that gate the FPU."""
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


@dataclass(frozen=True)
class Scale:
    """How many values a list goes through."""

    masks: tuple[int, ...]
    shadows: tuple[int, ...]
    words: tuple[int, ...]
    reals: tuple[int, ...]
    toggled: tuple[int, ...]
    bitmaps: tuple[int, ...]
    users: tuple[bool, ...] = (False, True)


ALL_EXCEPTIONS = sum(EXCEPTIONS.values())
FULL = Scale(
    masks=TRIPLES,
    shadows=TRIPLES,
    words=WORD,
    reals=TRIPLES,
    toggled=toggles(2),
    bitmaps=tuple(map(sum, product(*((0, bit) for bit in EXCEPTIONS.values())))),
)
QUICK = Scale(
    masks=(0, TS, MP | EM),
    shadows=(0, TS | MP | EM),
    words=(0, PE, MP, EM, TS, PE | MP | EM | TS),
    reals=(MP, TS, TS | MP, EM),
    toggled=toggles(1),
    bitmaps=(0, *EXCEPTIONS.values(), ALL_EXCEPTIONS),
)
LMSW, MOV = form("LMSW RAX"), form("MOV CR0, RAX")
FOR_L1 = (X87_ERROR, XSETBV)
READERS = tuple(each for each in FORMS.values() if each.reads)
FPU = tuple(
    each for each in FORMS.values() if not each.takes and not each.reads and each not in FOR_L1
)
"""All that has no operand and no result: FPU instructions, CLTS and what CR0 does not gate."""
SHORT = tuple(map(form, ("FNOP", "WAIT", "EMMS", "XORPS", "VXORPS", "FXSAVE", "XSAVE", "PAUSE")))
"""An FPU instruction of each class."""


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


def single(scale: Scale) -> Iterator[Program]:
    """One instruction without an operand, under every mask, shadow and real value."""
    for one, mask, shadow, real in product(FPU, scale.masks, scale.shadows, TRIPLES):
        for bitmap in (0, EXCEPTIONS["nm"]):
            yield Program((setting(real, mask, shadow, bitmap), run(issued(one))))
    for one, mask, real in product(FPU, (0, TS), TRIPLES):
        for bitmap in (0, EXCEPTIONS["nm"]):
            yield Program((setting(real, mask, TS, bitmap), run(issued(one))), user=True)


def reads(scale: Scale) -> Iterator[Program]:
    """CR0 read in every way, under every mask and shadow, of all its bits."""
    for one, user in product(READERS, scale.users):
        for mask, shadow, real in product(scale.masks, scale.shadows, scale.reals):
            yield Program((setting(real, mask, shadow), run(issued(one, slot=1))), user)
        for mask, changed in product(scale.toggled, scale.toggled):
            yield Program((setting(MP, mask, CR0_RUNNING ^ changed), run(issued(one))), user)
    for one, bitmap in product((form("SMSW m16 faulting"), form("LMSW m16 faulting")), (0, 1)):
        for user in scale.users:
            exits = setting(mask=TS, shadow=TS, bitmap=bitmap * EXCEPTIONS["pf"])
            yield Program((exits, run(issued(one))), user)


def loads(scale: Scale) -> Iterator[Program]:
    """LMSW from registers and from memory, with every operand that matters."""
    memory, words = form("LMSW m16"), scale.words
    for mask, shadow, real in product(words, words, scale.reals):
        for operand in words:
            act = setting(real, mask, CR0_RUNNING & ~0xF | shadow)
            yield Program((act, run(issued(LMSW, operand), issued(READERS[0]))))
    for mask, shadow, operand in product(words, words, words):
        yield Program((setting(MP, mask, shadow), run(issued(memory, operand))))
    for at, one in product(range(64), (LMSW, memory)):
        for mask in (0, TS):
            operand = 1 << at | MP
            yield Program((setting(MP, mask, TS), run(issued(one, operand), issued(READERS[0]))))
    for one, user in product((LMSW, memory, MOV), scale.users):
        yield Program((setting(), run(issued(one, CR0_RUNNING))), user)


def stores(scale: Scale) -> Iterator[Program]:
    """MOV to CR0: the three bits, then all defined bits by one and two, owned and not."""
    values = product(scale.masks, scale.shadows, scale.reals, TRIPLES)
    for mask, shadow, real, value in values:
        act = setting(real, mask, RUNNING | shadow)
        yield Program((act, run(issued(MOV, RUNNING | value), issued(READERS[0]))))
    for mask, changed in product(scale.toggled, scale.toggled):
        for shadow in (CR0_RUNNING, CR0_RUNNING ^ changed):
            act = setting(MP, mask, shadow)
            yield Program((act, run(issued(MOV, CR0_RUNNING ^ changed), issued(READERS[0]))))
    for name, one in FORMS.items():
        if name.startswith(("MOV CR0", "LMSW R")):
            for mask in (0, TS):
                yield Program((setting(MP, mask, 0), run(issued(one, CR0_RUNNING | TS))))


def entries(scale: Scale) -> Iterator[Program]:
    """VM entries with all defined bits of GUEST_CR0 and HOST_CR0 toggled, and other controls."""
    reader = run(issued(READERS[0]))
    for guest, host in product(scale.toggled, scale.toggled):
        fields = ((Field.GUEST_CR0, CR0_RUNNING ^ guest), (Field.HOST_CR0, CR0_RUNNING ^ host))
        yield Program((Write(fields), reader, L1((issued(READERS[0]), issued(form("XORPS"))))))
    for count in (CR3_TARGETS, CR3_TARGETS + 1):
        yield Program((Write(((Field.CR3_TARGET_COUNT, count),)), reader))
    for real, bitmap, user in product(TRIPLES, (0, EXCEPTIONS["nm"]), scale.users):
        inject = Write(((Field.ENTRY_INTERRUPTION, NM_INFORMATION),))
        code = run(issued(form("XORPS")), issued(READERS[0]))
        yield Program((setting(real, bitmap=bitmap), inject, code, code), user)
        bad = Write(((Field.GUEST_CR0, CR0_RUNNING & ~PE),))
        good = setting(real, bitmap=bitmap)
        yield Program((inject, bad, code, good, code), user)


def faults(scale: Scale) -> Iterator[Program]:
    """Every fault intercepted and not, with every class."""
    plain = (*FPU, form("SMSW m16 faulting"), form("LMSW m16 faulting"), form("SMSW r64"))
    for one, bitmap, real in product(plain, scale.bitmaps, (MP, TS, EM, TS | MP)):
        for user in scale.users:
            yield Program((setting(real, bitmap=bitmap), run(issued(one))), user)
    for bitmap, user in product(scale.bitmaps, scale.users):
        for value in (CR0_RUNNING & ~PE, CR0_RUNNING | 1 << 29, CR0_RUNNING & ~32):
            yield Program((setting(bitmap=bitmap), run(issued(MOV, value))), user)


def features(scale: Scale) -> Iterator[Program]:
    """CR4, XCR0 and the control of XSAVES, which decide what is enabled."""
    switched = (OSFXSR, OSXSAVE, UMIP, PKE)
    several = product(*((0, bit) for bit in switched))
    for bits, one, real in product(several, (*FPU, *READERS), (MP, TS, EM)):
        cr4 = Write(((Field.GUEST_CR4, CR4_ALWAYS | sum(bits)),))
        for user in scale.users:
            yield Program((setting(real), cr4, run(issued(one))), user)
    for value, one, real in product((1, 3, 7), FPU, (MP, TS)):
        yield Program((setting(real), L1((issued(XSETBV, value),)), run(issued(one))))
    for value, one, real in product((0, ENABLE_XSAVES), FPU, (MP, TS, EM)):
        control = Write(((Field.SECONDARY_CONTROLS, value),))
        for user in scale.users:
            yield Program((setting(real), control, run(issued(one))), user)


def errors(scale: Scale) -> Iterator[Program]:
    """A pending x87 error of L1's, met by L2 and by L1."""
    pending = L1((issued(X87_ERROR),))
    sensitive = [one for one in FPU if one.effect != "loads"]
    for one, bitmap, real in product(sensitive, scale.bitmaps, TRIPLES):
        code = run(issued(one), issued(form("WAIT")))
        yield Program((pending, setting(real, bitmap=bitmap), code))
    for one in sensitive:
        yield Program((pending, L1((issued(one), issued(form("WAIT"))))))
        yield Program((L1((issued(MOV, RUNNING), issued(X87_ERROR), issued(one))),))


def own(scale: Scale) -> Iterator[Program]:
    """L1's own accesses, before L2 runs and after it."""
    everything = (*FPU, *READERS, form("SMSW m16 faulting"), form("LMSW m16 faulting"))
    for one, real in product(everything, TRIPLES):
        code = L1((issued(MOV, RUNNING | real), issued(one), issued(READERS[0])))
        yield Program((code, run(issued(form("CLTS"))), L1((issued(one),))))
    for changed in scale.toggled:
        operand = CR0_RUNNING ^ changed
        for one in (MOV, LMSW, form("LMSW m16")):
            yield Program((L1((issued(one, operand), issued(READERS[0]))), run(), L1(())))
    for operand, one in product(range(16), (LMSW, form("LMSW m16"))):
        yield Program((L1((issued(one, operand), issued(form("SMSW r64")))),))


CHANGES = tuple(
    issued(one, operand)
    for one, operand in (
        (form("CLTS"), 0),
        (LMSW, TS | MP | PE),
        (LMSW, 0),
        (form("LMSW m16"), EM),
        (MOV, RUNNING | TS | MP),
        (MOV, RUNNING),
    )
)


def sequences(scale: Scale) -> Iterator[Program]:
    """A change of CR0, then an FPU instruction, then CR0 read: what one instruction cannot show."""
    fewer: Sequence[Form] = SHORT if len(scale.masks) > 3 else SHORT[:4]
    for change, one in product(CHANGES, fewer):
        for mask, shadow, real in product(scale.masks, scale.shadows, scale.reals):
            act = setting(real, mask, RUNNING | shadow, EXCEPTIONS["nm"])
            code = run(change, issued(one), issued(form("SMSW r32"), slot=2))
            behind = Resume(change.form.end - change.form.start)
            yield Program((act, code))
            if mask:
                yield Program((act, code, L1((issued(one),)), behind))


def again(scale: Scale) -> Iterator[Program]:
    """L2 entered again after an exit: as it was, or with what L1 has reprogrammed meanwhile."""
    reader, reread = issued(READERS[0]), issued(form("MOV R9, CR0"), slot=3)
    for change, one in product(CHANGES, (SHORT[0], SHORT[3])):
        for shadow, real, after in product(scale.shadows, scale.reals, scale.reals):
            act = setting(real, TS | MP | EM, RUNNING | shadow, EXCEPTIONS["nm"])
            code = run(reader, change, issued(one), reread)
            for reprogrammed in reprogramming(after):
                acts: tuple[Act, ...] = (act, code, *reprogrammed, Resume(0), *reprogrammed)
                yield Program(acts)


def reprogramming(value: int) -> Iterator[tuple[Act, ...]]:
    """What L1 may do between two entries."""
    yield ()
    yield (Write(((Field.CR0_MASK, 0),)),)
    yield (Write(((Field.GUEST_CR0, RUNNING | value),)),)
    yield (Write(((Field.CR0_SHADOW, RUNNING | value), (Field.EXCEPTION_BITMAP, 0))),)
    yield (Write(((Field.HOST_CR0, RUNNING | value),)), L1(()))


SECTIONS = (
    *(single, reads, loads, stores, entries, faults),
    *(features, errors, own, sequences, again),
)


def listed(scale: Scale) -> Iterator[Program]:
    """All programs of a list, each once."""
    seen: set[tuple[object, ...]] = set()
    for section in SECTIONS:
        for program in section(scale):
            key = (program.acts, program.user)
            if key not in seen:
                seen.add(key)
                yield program
