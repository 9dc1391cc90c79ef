"""Bits of CR0 that a processor fixes in VMX operation: who refuses a value, who keeps the bit."""

from itertools import product
from typing import Any

import pytest

from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, RUNNING, Cr0, running
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason, Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu, supported_in_vmx, vm_entry, vm_exit
from nestproof.models.x86.vmx_instructions import execute
from tests.models.trial import BITS
from verifier.language import Family

BOTH = (False, True)
FIXED0 = Cr0(pe=True, ne=True, pg=True)


def only(bit: str) -> Cr0:
    return Cr0(**{bit: True})


def cpu_with(vmcs: Vmcs, **fields: Any) -> VmxCpu:
    return VmxCpu(vmcss=Family({VmcsName.VMCS01: vmcs}), **fields)


@pytest.mark.parametrize("bit", BITS)
def test_a_bit_is_fixed_where_both_capability_msrs_agree(bit: str) -> None:
    """FIXED0 1: must be 1. FIXED1 0: must be 0. 0 and 1: free; a guest's PE and PG may be so."""
    for must, may, value, unrestricted in product(BOTH, repeat=4):
        if must and not may:
            continue
        fixed0 = only(bit) if must else NO_BITS
        fixed1 = ALL_BITS if may else ALL_BITS & ~only(bit)
        cpu = VmxCpu(cr0_fixed0=fixed0, cr0_fixed1=fixed1)
        given = only(bit) if value else NO_BITS
        expected = must <= value <= may or (unrestricted and bit in ("pe", "pg"))
        assert supported_in_vmx(cpu, given, unrestricted) == expected


@pytest.mark.parametrize("bit", BITS)
def test_processors_fix_pe_ne_and_pg_to_1_and_nothing_else(bit: str) -> None:
    cpu = VmxCpu()
    assert supported_in_vmx(cpu, ALL_BITS, unrestricted=False)
    assert supported_in_vmx(cpu, ALL_BITS & ~only(bit), False) == (bit not in ("pe", "ne", "pg"))


# In VMX operation, in a guest, TS fixed to 1, TS owned by the host (and not in the shadow).
CLTS = """
    0 0 - -  DONE 0
    1 0 0 -  DONE 0
    1 0 1 -  GP   1
    1 1 0 0  DONE 0
    1 1 1 0  GP   1
    1 1 - 1  DONE 1
"""


@pytest.mark.parametrize("row", CLTS.strip().splitlines())
def test_clts_faults_where_ts_is_fixed_to_1_unless_it_has_no_effect(row: str) -> None:
    *columns, outcome, ts = row.split()
    for case in product(*(BOTH if c == "-" else (c == "1",) for c in columns)):
        vmxon, non_root, fixed, owned = case
        cpu = cpu_with(
            Vmcs(cr0_mask=Cr0(ts=owned)),
            cr0=running(True, False, True),
            cr0_fixed0=FIXED0 | Cr0(ts=fixed),
            vmxon=vmxon,
            non_root=non_root,
        )
        assert execute(cpu, Instruction.CLTS, NO_BITS) == Outcome[outcome]
        assert cpu.cr0.ts == (ts == "1")


@pytest.mark.parametrize("bit", ["mp", "em", "ts"])
def test_lmsw_faults_on_a_fixed_bit_that_it_writes(bit: str) -> None:
    """Fixed to 1 or 0, in VMX operation or not, owned by the host (with the value that it has)."""
    for fixed_to, source, vmxon, non_root, owned in product(BOTH, repeat=5):
        real = RUNNING & ~only(bit) | (only(bit) if fixed_to else NO_BITS)
        given = only(bit) if source else NO_BITS
        cpu = cpu_with(
            Vmcs(cr0_mask=only(bit) if owned else NO_BITS, cr0_shadow=given),
            cr0=real,
            cr0_fixed0=FIXED0 | (only(bit) if fixed_to else NO_BITS),
            cr0_fixed1=ALL_BITS if fixed_to else ALL_BITS & ~only(bit),
            vmxon=vmxon,
            non_root=non_root,
        )
        written = not (non_root and owned)
        faults = (vmxon or non_root) and written and source != fixed_to
        assert execute(cpu, Instruction.LMSW, given) == (Outcome.GP if faults else Outcome.DONE)
        assert getattr(cpu.cr0, bit) == (source if written and not faults else fixed_to)


def test_lmsw_that_would_clear_a_fixed_pe_is_no_fault() -> None:
    for vmxon, non_root in product(BOTH, BOTH):
        cpu = VmxCpu(cr0=RUNNING, vmxon=vmxon, non_root=non_root)
        assert execute(cpu, Instruction.LMSW, Cr0(mp=True)) == Outcome.DONE
        assert cpu.cr0 == RUNNING


@pytest.mark.parametrize("bit", ["nw", "cd", "et"])
def test_entry_does_not_check_bits_that_it_does_not_load(bit: str) -> None:
    """The value that they keep is a supported one already."""
    for in_host, in_guest in product(BOTH, BOTH):
        outside = RUNNING | (only(bit) if in_host else NO_BITS)
        inside = RUNNING | (only(bit) if in_guest else NO_BITS)
        cpu = cpu_with(Vmcs(host_cr0=outside, guest_cr0=inside), cr0=RUNNING)
        cpu.cr0_fixed1 = ALL_BITS if getattr(RUNNING, bit) else ALL_BITS & ~only(bit)
        assert vm_entry(cpu) == Outcome.DONE
        assert cpu.cr0 == RUNNING


@pytest.mark.parametrize("bit", ["mp", "em", "ts", "ne", "wp", "am"])
def test_entry_refuses_a_fixed_bit_of_the_host_and_fails_on_one_of_the_guest(bit: str) -> None:
    for field, outcome in (("host_cr0", Outcome.VMFAIL), ("guest_cr0", Outcome.EXIT)):
        fields: dict[str, Any] = {"host_cr0": ALL_BITS, "guest_cr0": ALL_BITS}
        fields[field] = ALL_BITS & ~only(bit)
        cpu = cpu_with(Vmcs(**fields), cr0=ALL_BITS, cr0_fixed0=FIXED0 | only(bit))
        assert vm_entry(cpu) == outcome
        assert not cpu.non_root
        cpu.cr0_fixed0 = FIXED0 if bit != "ne" else Cr0(pe=True, pg=True)
        assert vm_entry(cpu) == Outcome.DONE


def test_exit_keeps_a_fixed_bit_and_loads_pe_and_pg_after_an_unrestricted_guest() -> None:
    cpu = cpu_with(Vmcs(host_cr0=RUNNING & ~Cr0(ne=True)), cr0=Cr0(ne=True, et=True), non_root=True)
    assert vm_exit(cpu, ExitReason.EPT_VIOLATION) == Outcome.EXIT
    assert cpu.cr0 == RUNNING


def test_an_unrestricted_guest_may_leave_paging_and_a_restricted_one_not() -> None:
    unpaged = RUNNING & ~Cr0(pg=True)
    for unrestricted in BOTH:
        cpu = cpu_with(Vmcs(unrestricted_guest=unrestricted), cr0=RUNNING, non_root=True)
        expected = Outcome.DONE if unrestricted else Outcome.GP
        assert execute(cpu, Instruction.MOV_TO_CR0, unpaged) == expected
        assert cpu.cr0 == (unpaged if unrestricted else RUNNING)
