"""VM entries that only the hardware refuses, beside registers that L1 has changed before.

The manual: VMLAUNCH fails and nothing else changes. What L1 reads afterwards shows what a KVM that
has already loaded L2's state gives back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from verifier.lab.encodings import Issued
from verifier.lab.forms import form
from verifier.lab.layout import (
    CR0_RUNNING,
    CR4_ALWAYS,
    OSFXSR,
    OSXSAVE,
    PRIMARY_CONTROLS,
    TPR_SHADOW,
    VIRTUAL_APIC_PAGE,
    Field,
)
from verifier.lab.programs import L1, L2, Act, Program, Write

THRESHOLDS = (0x10, 1 << 31, 1)
"""A reserved bit of the TPR threshold, the highest one, and a threshold above the virtual TPR."""
HOLE = 0x7FFFF000
"""A page that the machine of L1 does not have: bare hardware enters, as no access is made to it."""
MP, EM, TS, WP, AM = 1 << 1, 1 << 2, 1 << 3, 1 << 16, 1 << 18
CR0_BITS = (TS, MP, EM, WP, AM)
CR4_RUNNING = CR4_ALWAYS | OSFXSR | OSXSAVE
CR4_BITS = tuple(1 << place for place in (1, 2, 3, 4, 6, 7, 8, 9, 10, 16, 18))
"""PVI, TSD, DE, PSE, MCE, PGE, PCE, OSFXSR, OSXMMEXCPT, FSGSBASE and OSXSAVE."""
EFER_RUNNING, SYSCALL = 0x500, 1
READERS = tuple(
    Issued(form(name), slot=slot)
    for slot, name in enumerate(("MOV RAX, CR0", "MOV RAX, CR4", "RDMSR EFER"))
)


def refusing(threshold: int, page: int = VIRTUAL_APIC_PAGE) -> Write:
    """L1 asks for a TPR shadow."""
    return Write(
        (
            (Field.PRIMARY_CONTROLS, PRIMARY_CONTROLS | TPR_SHADOW),
            (Field.VIRTUAL_APIC_ADDRESS, page),
            (Field.TPR_THRESHOLD, threshold),
        )
    )


def changes() -> Iterator[Issued]:
    """L1 changes one bit of a register."""
    for bit in CR0_BITS:
        yield Issued(form("MOV CR0, RAX"), CR0_RUNNING ^ bit)
    for bit in CR4_BITS:
        yield Issued(form("MOV CR4, RAX"), CR4_RUNNING ^ bit)
    yield Issued(form("WRMSR EFER"), EFER_RUNNING | SYSCALL)


def late_refusals() -> Iterator[Program]:
    """Each register's bits, each control, and an entry that is refused twice."""
    reads, entry = L1(READERS), L2(())
    controls = [*(refusing(threshold) for threshold in THRESHOLDS), refusing(0, HOLE)]
    for change, control in product(changes(), controls):
        acts: tuple[Act, ...] = (L1((change, *READERS)), control, entry, reads)
        yield Program(acts)
        yield Program((*acts, entry, reads))
    for control in controls:
        yield Program((control, entry, L1((*READERS, Issued(form("FNOP"))))))
