"""How people are shown processors: names, who has the registers, and what a bit of CR0 is."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.vmcs import Vmcs
from nestproof.models.x86.vmx import VmxCpu
from verifier.language import Belief, Beliefs, Each

WORDS = {
    **{name: f"#{name.upper()}" for name in ("nm", "ud", "gp", "mf", "pf", "db")},
    **{
        name: name.upper()
        for name in (
            *("ts", "em", "mp", "ne", "cr0", "xcr0", "fpu", "cpu", "mmx", "sse", "avx"),
            *("clts", "lmsw", "smsw", "fxsave", "fxrstor", "xsave", "xrstor"),
            *("vm", "vmx", "vmcs", "vmcs01", "vmcs02", "vmcs12", "kvm", "l0", "l1", "l2"),
        )
    },
}
"""Names that people write in capitals; those of exceptions begin with a `#`."""

BITS: dict[str, Callable[[Cr0], bool]] = {
    "TS": lambda cr0: cr0.ts,
    "EM": lambda cr0: cr0.em,
    "MP": lambda cr0: cr0.mp,
}
"""The bits of CR0 that decide which instructions may touch the FPU."""

COLUMNS = ("real", "mask", "shadow", "reads", "promised", "#NM")
COLUMN_WORDS = {
    "real": "of a bit of CR0: what the processor uses",
    "mask shadow": "as the VMCS has them",
    "reads": "what a guest reads",
    "promised": "what it would read on the CPU of the manual",
    "#NM": "whether that leaves the guest",
}

State = TypeVar("State")


def beliefs(
    of: Callable[[State], Cr0], rows: Callable[[State, Callable[[Cr0], bool]], Iterable[Belief]]
) -> Beliefs[State, Cr0]:
    """The table of what everybody assumes about bits of CR0, with these rows."""
    return Beliefs(
        of=of,
        bits=BITS,
        rows=rows,
        columns=COLUMNS,
        actual="real",
        assumed="reads",
        expected="promised",
        words=COLUMN_WORDS,
    )


def belief(
    who: str,
    about: str,
    real: bool | None,
    *,
    mask: bool | None = None,
    shadow: bool | None = None,
    reads: bool | None = None,
    promised: bool | None = None,
    traps: bool | None = None,
    runs: bool = False,
) -> Belief:
    """A row about a bit of CR0."""
    nm = None if traps is None else "exits" if traps else "stays"
    return Belief(who, about, (real, mask, shadow, reads, promised, nm), runs)


def own_bit(cpu: Cpu, bit: Callable[[Cr0], bool], runs: bool) -> Iterator[Belief]:
    """The processor itself; while a guest runs its CR0 is the guest's."""
    real = bit(cpu.cr0)
    yield belief("L0", "the CPU's CR0", real, reads=real if runs else None, runs=runs)


REGISTERS = (
    Each(Cpu, lambda cpu: cpu.cr0),
    Each(VmxCpu, lambda cpu: (cpu.cr0_fixed0, cpu.cr0_fixed1)),
    Each(Vmcs, lambda vmcs: (vmcs.guest_cr0, vmcs.host_cr0, vmcs.cr0_mask, vmcs.cr0_shadow)),
)
"""Registers and masks, each of which is one thing to people."""
COPIED = (Each(Cpu, lambda cpu: cpu.cr0), Each(Vmcs, lambda vmcs: (vmcs.guest_cr0, vmcs.host_cr0)))
"""Where CR0 is saved to and loaded from."""
