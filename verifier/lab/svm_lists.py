"""Lists of programs for SVM: its intercepts of CR0 and of exceptions, VMRUN, and injection."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from nestproof.models.x86.numbers import NM_INFORMATION
from verifier.lab.contents_lists import contents
from verifier.lab.encodings import Form
from verifier.lab.forms import FORMS, X87_ERROR, XSETBV, form
from verifier.lab.layout import (
    CR0_READ,
    CR0_RUNNING,
    CR0_SELECTIVE_WRITE,
    CR0_WRITE,
    INTERCEPTS,
    SVM_CR4,
    VmcbField,
)
from verifier.lab.programs import L1, Act, Machine, Program, Resume, Write
from verifier.lab.scales import (
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
)

NM = EXCEPTIONS["nm"]
ET, NE, NW, PG = 1 << 4, 1 << 5, 1 << 29, 1 << 31
WRITES = tuple(product((0, CR0_WRITE), (0, CR0_SELECTIVE_WRITE)))
"""Which of the two intercepts of writes there are."""


def setting(
    real: int = MP, of_cr0: int = 0, selective: int = 0, exceptions: int = 0, cr0: int = RUNNING
) -> Write:
    """L1 sets up L2's CR0 and what of L2 is intercepted."""
    return _write(
        (VmcbField.CR0, cr0 | real),
        (VmcbField.CR0_INTERCEPTS, of_cr0),
        (VmcbField.INTERCEPTS, INTERCEPTS | selective),
        (VmcbField.EXCEPTION_INTERCEPTS, exceptions),
    )


def _write(*fields: tuple[int, int]) -> Write:
    return Write(tuple((int(field), value) for field, value in fields))


def _program(*acts: Act, user: bool = False) -> Program:
    return Program(acts, user, Machine.SVM)


def single(scale: Scale) -> Iterator[Program]:
    """One instruction without an operand, under every value of the three bits."""
    for one, bitmap, real, user in product(FPU, scale.bitmaps, TRIPLES, USERS):
        yield _program(setting(real, exceptions=bitmap), run(issued(one)), user=user)
    for (all_writes, selective), real, user in product(WRITES, TRIPLES, USERS):
        act = setting(real, all_writes, selective)
        yield _program(act, run(issued(form("CLTS")), issued(READERS[0])), user=user)


def reads(scale: Scale) -> Iterator[Program]:
    """CR0 read in every way, of all its bits, intercepted or not."""
    for one, user, intercept in product((*READERS, *FAULTING), USERS, (0, CR0_READ)):
        for real, bitmap in product(TRIPLES, (0, EXCEPTIONS["pf"])):
            code = run(issued(one, slot=1))
            yield _program(setting(real, intercept, exceptions=bitmap), code, user=user)
        for changed in _toggled(scale):
            act = setting(0, intercept, cr0=CR0_RUNNING ^ changed)
            yield _program(act, run(issued(one)), user=user)


def writes(scale: Scale) -> Iterator[Program]:
    """LMSW and MOV to CR0 with each operand that matters, under both intercepts."""
    reader = issued(READERS[0])
    for (all_writes, selective), real, user in product(WRITES, TRIPLES, USERS):
        act = setting(real, all_writes, selective)
        for one, word in product((LMSW, form("LMSW m16")), scale.words):
            yield _program(act, run(issued(one, word), reader), user=user)
        for value in TRIPLES:
            yield _program(act, run(issued(MOV, RUNNING | value), reader), user=user)
    for (all_writes, selective), changed in product(WRITES, scale.toggled):
        act = setting(MP, all_writes, selective)
        if not changed & PE:
            yield _program(act, run(issued(MOV, CR0_RUNNING ^ changed), reader))
        yield _program(act, run(issued(LMSW, CR0_RUNNING ^ changed), reader))
    for (all_writes, selective), one in product(WRITES, _of_registers()):
        act = setting(MP, all_writes, selective)
        yield _program(act, run(issued(one, CR0_RUNNING ^ EM)))
    for (all_writes, selective), one, bitmap in product(WRITES, FAULTING, scale.bitmaps):
        for user in USERS:
            act = setting(MP, all_writes | CR0_READ, selective, bitmap)
            yield _program(act, run(issued(one)), user=user)


def _of_registers() -> Iterator[Form]:
    yield from (one for name, one in FORMS.items() if name.startswith(("MOV CR0", "LMSW R")))


def _toggled(scale: Scale) -> Iterator[int]:
    """Bits of CR0 without ET, which is always 1, and PE and PG, without which emulators end."""
    yield from (changed for changed in scale.toggled if not changed & (PE | ET | PG))


def entries(scale: Scale) -> Iterator[Program]:
    """VMRUN with each bit of L2's CR0 changed, and of the host's, which it restores whole."""
    reader = run(issued(READERS[0]))
    for guest, host in product(_toggled(scale), _toggled(scale)):
        before = L1((issued(MOV, CR0_RUNNING ^ host),))
        fields = _write((VmcbField.CR0, CR0_RUNNING ^ guest))
        yield _program(before, fields, reader, L1((issued(READERS[0]), issued(form("XORPS")))))
    for real, exceptions, user in product(TRIPLES, (0, NM), USERS):
        inject = _write((VmcbField.EVENT_INJECTION, NM_INFORMATION))
        code = run(issued(form("XORPS")), issued(READERS[0]))
        good = setting(real, exceptions=exceptions)
        yield _program(good, inject, code, code, user=user)
        bad = _write((VmcbField.CR0, CR0_RUNNING | NW))
        yield _program(inject, bad, code, good, code, user=user)


def faults(scale: Scale) -> Iterator[Program]:
    """Every fault intercepted and not, with every class, and with what enables it."""
    plain = (*scale.forms, *FAULTING, form("SMSW r64"))
    for one, bitmap, real, user in product(plain, scale.bitmaps, (MP, TS, EM, TS | MP), USERS):
        yield _program(setting(real, exceptions=bitmap), run(issued(one)), user=user)
    for bitmap, user in product(scale.bitmaps, USERS):
        for value in (CR0_RUNNING & ~PG, CR0_RUNNING | NW, CR0_RUNNING & ~NE):
            yield _program(setting(exceptions=bitmap), run(issued(MOV, value)), user=user)
    for bits, one, real, user in product(scale.enabled, plain, (MP, TS, EM), USERS):
        cr4 = _write((VmcbField.CR4, SVM_CR4 | bits))
        yield _program(setting(real), cr4, run(issued(one)), user=user)
    for value, one, real in product((1, 3, 7), scale.forms, (MP, TS)):
        yield _program(setting(real), L1((issued(XSETBV, value),)), run(issued(one)))


def errors(scale: Scale) -> Iterator[Program]:
    """A pending x87 error of L1's, met by L2."""
    pending = L1((issued(X87_ERROR),))
    for one, bitmap, real in product(scale.forms, scale.bitmaps, TRIPLES):
        if one.effect != "loads":
            code = run(issued(one), issued(form("WAIT")))
            yield _program(pending, setting(real, exceptions=bitmap), code)


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
    """A change of CR0, an FPU instruction, and CR0 read; L1 does what has exited and goes on."""
    for change, one, real in product(CHANGES, SHORT, scale.reals):
        code = (change, issued(one), issued(form("SMSW r32"), slot=2))
        for all_writes, selective in WRITES:
            for intercept in (0, CR0_READ):
                act = setting(real, all_writes | intercept, selective, NM)
                done = _write((VmcbField.CR0, RUNNING | MP))
                behind = Resume(change.form.end - change.form.start)
                yield _program(act, run(*code))
                if all_writes:
                    yield _program(act, run(*code), done, behind, Resume(0))
        yield _program(setting(real), L1(code), run(*code), L1((issued(one),)), run(issued(one)))


def registers(scale: Scale) -> Iterator[Program]:
    """FPU registers, given up and read back."""
    settings: tuple[Act, ...] = (setting(), setting(0, CR0_READ | CR0_WRITE, exceptions=NM))
    yield from contents(scale.tags, settings, Machine.SVM)


SECTIONS = (single, reads, writes, entries, faults, errors, sequences, registers)


def svm_listed(scale: Scale) -> Iterator[Program]:
    """All programs of a list, each once."""
    yield from dict.fromkeys(program for section in SECTIONS for program in section(scale))
