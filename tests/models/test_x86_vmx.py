"""VM entry, VM exit and #NM in a guest."""

from itertools import product
from random import Random
from typing import Any

import pytest

from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, RUNNING, Cr0, merged, running
from nestproof.models.x86.fpu import Fault, FpuClass, fpu_fault
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu, raise_nm, vm_entry, vm_exit
from nestproof.models.x86.vmx_instructions import execute
from verifier.language import Family, snapshot

BOTH = (False, True)
ALWAYS_KEPT = Cr0(et=True, nw=True, cd=True)


def on(vmcs: Vmcs, **fields: Any) -> VmxCpu:
    return VmxCpu(vmcss=Family({VmcsName.VMCS01: vmcs}), **fields)


def random_cr0(random: Random) -> Cr0:
    value = Cr0(**{bit: random.random() < 0.5 for bit in ("mp", "em", "ts", "et", "wp", "am")})
    return value | Cr0(pe=True, ne=True, pg=True, cd=True, nw=random.random() < 0.5)


def test_entry_loads_all_of_guest_cr0_but_et_nw_and_cd() -> None:
    random = Random(0)
    for _ in range(200):
        real, inside = random_cr0(random), random_cr0(random)
        cpu = on(Vmcs(guest_cr0=inside), cr0=real)
        assert vm_entry(cpu) == Outcome.DONE
        assert cpu.non_root
        assert cpu.cr0 == merged(ALWAYS_KEPT, real, inside)


def test_exit_saves_the_whole_cr0_and_loads_host_ts_whatever_it_was_before_entry() -> None:
    random = Random(1)
    for _ in range(200):
        real, host = random_cr0(random), random_cr0(random)
        cpu = on(Vmcs(host_cr0=host), cr0=real, non_root=True)
        assert vm_exit(cpu, ExitReason.EXTERNAL_INTERRUPT) == Outcome.EXIT
        assert not cpu.non_root
        assert cpu.vmcs.guest_cr0 == real
        assert cpu.cr0 == merged(ALWAYS_KEPT, real, host)
        assert cpu.cr0.ts == host.ts
        assert cpu.vmcs.exit_reason == ExitReason.EXTERNAL_INTERRUPT


def test_neither_entry_nor_exit_changes_controls_or_fpu_registers() -> None:
    vmcs = Vmcs(
        host_cr0=running(False, True, True),
        cr0_mask=Cr0(ts=True, mp=True),
        cr0_shadow=Cr0(em=True),
        exception_bitmap_nm=True,
    )
    contents = Contents(owner=Context.TASK_A, value=True)
    cpu = on(vmcs, registers=contents)
    other = snapshot(cpu.vmcss[VmcsName.VMCS02])
    vm_entry(cpu)
    execute(cpu, Instruction.MOV_TO_CR0, running(True, True, True))
    vm_exit(cpu, ExitReason.EPT_VIOLATION)
    assert cpu.vmcs.host_cr0 == vmcs.host_cr0
    assert cpu.vmcs.cr0_mask == vmcs.cr0_mask
    assert cpu.vmcs.cr0_shadow == vmcs.cr0_shadow
    assert cpu.vmcs.exception_bitmap_nm
    assert cpu.registers == contents
    assert cpu.vmcss[VmcsName.VMCS02] == other


def test_entry_and_exit_use_the_current_vmcs() -> None:
    cpu = VmxCpu(
        current=VmcsName.VMCS02,
        vmcss=Family(
            {
                VmcsName.VMCS01: Vmcs(guest_cr0=RUNNING),
                VmcsName.VMCS02: Vmcs(guest_cr0=running(True, True, True)),
            }
        ),
    )
    vm_entry(cpu)
    assert cpu.cr0 == running(True, True, True)
    vm_exit(cpu, ExitReason.EPT_VIOLATION)
    assert cpu.vmcss[VmcsName.VMCS02].exit_reason == ExitReason.EPT_VIOLATION
    assert cpu.vmcss[VmcsName.VMCS01].exit_reason == ExitReason.NONE


@pytest.mark.parametrize("missing", ["pe", "ne", "pg"])
def test_a_host_cr0_that_vmx_does_not_support_is_refused_before_anything_changes(
    missing: str,
) -> None:
    cpu = on(Vmcs(host_cr0=RUNNING & ~Cr0(**{missing: True}), entry_injects_nm=True))
    before = snapshot(cpu)
    assert vm_entry(cpu) == Outcome.VMFAIL
    assert cpu == before


def test_guest_cr0_is_checked_by_fixed_bits_and_what_kind_of_guest_it_is() -> None:
    for pe, ne, pg, unrestricted in product(BOTH, repeat=4):
        inside = Cr0(pe=pe, ne=ne, pg=pg, nw=True)
        cpu = on(Vmcs(guest_cr0=inside, unrestricted_guest=unrestricted))
        valid = ne and (not pg or pe) and (unrestricted or (pe and pg))
        assert (vm_entry(cpu) == Outcome.DONE) == valid
        assert cpu.non_root == valid


def test_an_entry_with_an_invalid_guest_loads_the_host_and_keeps_the_event() -> None:
    inside = Cr0(ts=True)
    host = running(False, False, True)
    vmcs = Vmcs(guest_cr0=inside, host_cr0=host, entry_injects_nm=True)
    vmcs.exit_access, vmcs.exit_operand = CrAccess.LMSW, ALL_BITS
    cpu = on(vmcs)
    assert vm_entry(cpu) == Outcome.EXIT
    assert cpu.vmcs.exit_reason == ExitReason.INVALID_GUEST_STATE
    assert cpu.vmcs.exit_access == CrAccess.MOV_TO
    assert cpu.vmcs.exit_operand == NO_BITS
    assert cpu.vmcs.guest_cr0 == inside
    assert cpu.vmcs.entry_injects_nm
    assert cpu.cr0 == host
    assert not cpu.non_root


@pytest.mark.parametrize("intercepted", BOTH)
def test_an_injected_nm_is_delivered_once_whatever_the_bitmap_says(intercepted: bool) -> None:
    cpu = on(Vmcs(entry_injects_nm=True, exception_bitmap_nm=intercepted))
    assert vm_entry(cpu) == Outcome.NM
    assert cpu.non_root
    vm_exit(cpu, ExitReason.EPT_VIOLATION)
    assert vm_entry(cpu) == Outcome.DONE


def test_nm_exits_from_a_guest_exactly_where_the_bitmap_says() -> None:
    for non_root, intercepted in product(BOTH, BOTH):
        cpu = on(Vmcs(exception_bitmap_nm=intercepted), non_root=non_root)
        exits = non_root and intercepted
        assert raise_nm(cpu) == (Outcome.EXIT if exits else Outcome.NM)
        assert cpu.non_root == (non_root and not exits)


RAISES_NM = {
    Instruction.X87: Cr0(ts=True),
    Instruction.WAIT: Cr0(ts=True, mp=True),
    Instruction.MMX: Cr0(ts=True),
    Instruction.SSE: Cr0(ts=True),
    Instruction.AVX: Cr0(ts=True),
    Instruction.FXSAVE: Cr0(em=True),
    Instruction.XSAVE: Cr0(ts=True, em=True),
    Instruction.XSAVES: Cr0(ts=True),
}


@pytest.mark.parametrize("instruction", list(RAISES_NM))
def test_the_bitmap_does_not_ask_why_nm_was_raised(instruction: Instruction) -> None:
    real = RAISES_NM[instruction]
    cpu = on(Vmcs(exception_bitmap_nm=True), cr0=real, non_root=True)
    assert execute(cpu, instruction, NO_BITS) == Outcome.EXIT
    assert cpu.vmcs.exit_reason == ExitReason.EXCEPTION_NM
    assert cpu.vmcs.guest_cr0 == real
    assert execute(on(Vmcs(), cr0=real, non_root=True), instruction, NO_BITS) == Outcome.NM


def test_faults_other_than_nm_stay_in_the_guest() -> None:
    cpu = on(Vmcs(exception_bitmap_nm=True), cr0=Cr0(em=True, ts=True), non_root=True)
    assert execute(cpu, Instruction.SSE, NO_BITS) == Outcome.UD
    assert cpu.non_root


def test_a_guest_faults_by_the_real_ts_though_it_reads_another() -> None:
    cpu = on(
        Vmcs(cr0_mask=Cr0(ts=True), cr0_shadow=NO_BITS),
        cr0=running(True, False, True),
        non_root=True,
    )
    assert execute(cpu, Instruction.X87, NO_BITS) == Outcome.NM
    assert execute(cpu, Instruction.CLTS, NO_BITS) == Outcome.DONE
    assert execute(cpu, Instruction.X87, NO_BITS) == Outcome.NM


@pytest.mark.parametrize("kind", list(FpuClass))
def test_no_fpu_instruction_asks_for_mask_or_shadow(kind: FpuClass) -> None:
    gates = [Cr0(mp=mp, em=em, ts=ts) for mp, em, ts in product(BOTH, repeat=3)]
    for real, intercepted in product(gates, BOTH):
        fault = fpu_fault(VmxCpu(cr0=real), kind)
        outcome = Outcome.DONE if fault == Fault.NONE else Outcome[fault.name]
        if intercepted and fault == Fault.NM:
            outcome = Outcome.EXIT
        for mask, shadow in product(gates, gates):
            vmcs = Vmcs(cr0_mask=mask, cr0_shadow=shadow, exception_bitmap_nm=intercepted)
            cpu = on(vmcs, cr0=real, non_root=True)
            assert execute(cpu, Instruction[kind.name], NO_BITS) == outcome


def test_an_exit_for_another_reason_clears_the_qualification() -> None:
    cpu = on(Vmcs(cr0_mask=ALL_BITS, exception_bitmap_nm=True), non_root=True)
    execute(cpu, Instruction.MOV_TO_CR0, ALL_BITS)
    assert cpu.vmcs.exit_operand == ALL_BITS
    cpu.non_root = True
    cpu.cr0 = Cr0(ts=True)
    execute(cpu, Instruction.X87, NO_BITS)
    assert cpu.vmcs.exit_operand == NO_BITS
    assert cpu.vmcs.exit_access == CrAccess.MOV_TO
