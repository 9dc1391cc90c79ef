"""Lists of programs: a full one, a quick one that has every rule, and random ones.

The full list goes through all of TS, MP and EM in CR0, mask and shadow for every class of
instructions; the quick one through values chosen so that each rule decides some program.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from nestproof.models.x86.numbers import NM_INFORMATION
from verifier.lab.contents_lists import contents
from verifier.lab.forms import FORMS, X87_ERROR, XSETBV, form
from verifier.lab.layout import CR0_RUNNING, CR3_TARGETS, CR4_ALWAYS, ENABLE_XSAVES, Field
from verifier.lab.programs import L1, Act, Program, Resume, Write
from verifier.lab.scales import (
    DEFINED,
    EM,
    EXCEPTIONS,
    FAULTING,
    FPU,
    LMSW,
    MOV,
    MP,
    PE,
    READERS,
    RUNNING,
    SHORT,
    TRIPLES,
    TS,
    USERS,
    Scale,
    issued,
    run,
    setting,
)


def single(scale: Scale) -> Iterator[Program]:
    """One instruction without an operand, under every mask, shadow and real value."""
    for one, (mask, shadow, bitmap), real in product(FPU, scale.traps, TRIPLES):
        yield Program((setting(real, mask, shadow, bitmap), run(issued(one))))
    for one, bitmap, real in product(FPU, (0, EXCEPTIONS["nm"]), scale.reals):
        yield Program((setting(real, TS, TS, bitmap), run(issued(one))), user=True)


def reads(scale: Scale) -> Iterator[Program]:
    """CR0 read in every way, under every mask and shadow, of all its bits."""
    for one, user in product(READERS, USERS):
        for mask, shadow, real in product(scale.masks, scale.shadows, scale.reals):
            yield Program((setting(real, mask, shadow), run(issued(one, slot=1))), user)
        for mask, changed in scale.owned:
            yield Program((setting(MP, mask, CR0_RUNNING ^ changed), run(issued(one))), user)
    for one, bitmap, user in product(FAULTING, (0, EXCEPTIONS["pf"]), USERS):
        exits = setting(mask=TS, shadow=TS, bitmap=bitmap)
        yield Program((exits, run(issued(one))), user)


def loads(scale: Scale) -> Iterator[Program]:
    """LMSW from registers and from memory, with every operand that matters."""
    memory, words = form("LMSW m16"), scale.words
    for mask, shadow, operand in product(words, words, words):
        for real in scale.reals[-2:]:
            act = setting(real, mask, CR0_RUNNING & ~0xF | shadow)
            yield Program((act, run(issued(LMSW, operand), issued(READERS[0]))))
    for mask, shadow, operand in product(words, words, words):
        yield Program((setting(MP, mask, shadow), run(issued(memory, operand))))
    for at, one in product(range(64), (LMSW, memory)):
        for mask in (0, TS):
            operand = 1 << at | MP
            yield Program((setting(MP, mask, TS), run(issued(one, operand), issued(READERS[0]))))
    for one, user in product((LMSW, memory, MOV), USERS):
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
    for real, bitmap, user in product(TRIPLES, (0, EXCEPTIONS["nm"]), USERS):
        inject = Write(((Field.ENTRY_INTERRUPTION, NM_INFORMATION),))
        code = run(issued(form("XORPS")), issued(READERS[0]))
        yield Program((setting(real, bitmap=bitmap), inject, code, code), user)
        bad = Write(((Field.GUEST_CR0, CR0_RUNNING & ~PE),))
        good = setting(real, bitmap=bitmap)
        yield Program((inject, bad, code, good, code), user)


def faults(scale: Scale) -> Iterator[Program]:
    """Every fault intercepted and not, with every class."""
    plain = (*scale.forms, *FAULTING, form("SMSW r64"))
    for one, bitmap, real in product(plain, scale.bitmaps, (MP, TS, EM, TS | MP)):
        for user in USERS:
            yield Program((setting(real, bitmap=bitmap), run(issued(one))), user)
    for bitmap, user in product(scale.bitmaps, USERS):
        for value in (CR0_RUNNING & ~PE, CR0_RUNNING | 1 << 29, CR0_RUNNING & ~32):
            yield Program((setting(bitmap=bitmap), run(issued(MOV, value))), user)


def features(scale: Scale) -> Iterator[Program]:
    """CR4, XCR0 and the control of XSAVES, which decide what is enabled."""
    everything = (*scale.forms, *READERS)
    for bits, one, real in product(scale.enabled, everything, (MP, TS, EM)):
        cr4 = Write(((Field.GUEST_CR4, CR4_ALWAYS | bits),))
        for user in USERS:
            yield Program((setting(real), cr4, run(issued(one))), user)
    for value, one, real in product((1, 3, 7), scale.forms, (MP, TS)):
        yield Program((setting(real), L1((issued(XSETBV, value),)), run(issued(one))))
    for value, one, real in product((0, ENABLE_XSAVES), scale.forms, (MP, TS, EM)):
        control = Write(((Field.SECONDARY_CONTROLS, value),))
        for user in USERS:
            yield Program((setting(real), control, run(issued(one))), user)


def errors(scale: Scale) -> Iterator[Program]:
    """A pending x87 error of L1's, met by L2 and by L1."""
    pending = L1((issued(X87_ERROR),))
    sensitive = [one for one in scale.forms if one.effect != "loads"]
    for one, bitmap, real in product(sensitive, scale.bitmaps, TRIPLES):
        code = run(issued(one), issued(form("WAIT")))
        yield Program((pending, setting(real, bitmap=bitmap), code))
    for one in sensitive:
        yield Program((pending, L1((issued(one), issued(form("WAIT"))))))
        yield Program((L1((issued(MOV, RUNNING), issued(X87_ERROR), issued(one))),))


def own(scale: Scale) -> Iterator[Program]:
    """L1's own accesses, before L2 runs and after it; no exception of L1's exits."""
    for one, bitmap in product((*scale.forms, *FAULTING, MOV), scale.bitmaps):
        code = L1((issued(MOV, RUNNING | EM), issued(one, CR0_RUNNING & ~PE)))
        yield Program((setting(bitmap=bitmap), code, run(), code))
    for one, real in product((*FPU, *READERS, *FAULTING), TRIPLES):
        code = L1((issued(MOV, RUNNING | real), issued(one), issued(READERS[0])))
        yield Program((code, run(issued(form("CLTS"))), L1((issued(one),))))
        yield Program((setting(real, TS | MP | EM, TS), code, run(issued(one)), L1((issued(one),))))
    for changed in scale.toggled:
        operand = CR0_RUNNING ^ changed
        for one in (MOV, LMSW, form("LMSW m16")):
            code = L1((issued(one, operand), issued(READERS[0])))
            yield Program((setting(MP, DEFINED, CR0_RUNNING), code, run(), code))
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
    for change, one in product(CHANGES, SHORT[:5]):
        for mask, shadow, real in product(scale.masks, scale.shadows, scale.reals):
            act = setting(real, mask, RUNNING | shadow, EXCEPTIONS["nm"])
            code = run(change, issued(one), issued(form("SMSW r32"), slot=2))
            yield Program((act, code))
            if mask:
                yield Program((act, code, L1((issued(one),)), Resume(0)))


def emulated(scale: Scale) -> Iterator[Program]:
    """L1 does what L2 has tried to do, and lets it go on behind the instruction."""
    for change, value in ((CHANGES[0], 0), (issued(MOV, RUNNING | TS), TS), (CHANGES[1], TS)):
        for one, real, forced in product(SHORT, scale.reals, (0, TS)):
            act = setting(real, TS, RUNNING | TS & ~value, EXCEPTIONS["nm"])
            code = run(change, issued(one), issued(form("MOV R9, CR0"), slot=1))
            done = Write(
                (
                    (Field.GUEST_CR0, RUNNING | real & ~TS | value | forced),
                    (Field.CR0_SHADOW, RUNNING | value),
                )
            )
            behind = Resume(change.form.end - change.form.start)
            yield Program((act, code, done, behind, Resume(0)))


def again(scale: Scale) -> Iterator[Program]:
    """L2 entered again after an exit: as it was, or with what L1 has reprogrammed meanwhile."""
    reader, reread = issued(READERS[0]), issued(form("MOV R9, CR0"), slot=3)
    for change, one in product(CHANGES, (SHORT[0], SHORT[3])):
        for shadow, real, after in product(scale.shadows, (MP, TS), scale.reals):
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


def registers(scale: Scale) -> Iterator[Program]:
    """FPU registers, given up and read back."""
    settings = (setting(), setting(0, TS | MP | EM, 0, EXCEPTIONS["nm"]))
    yield from contents(scale.tags, settings)


SECTIONS = (
    *(single, reads, loads, stores, entries, faults),
    *(features, errors, own, sequences, emulated, again, registers),
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
