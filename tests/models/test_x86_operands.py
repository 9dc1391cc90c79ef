"""Operands in registers and in memory: their faults, what an exit tells of them, what is read."""

from itertools import product
from typing import Any

import pytest

from nestproof.models.x86.cpu import Cr4
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.numbers import (
    EXIT_REASONS,
    NM_INFORMATION,
    cr0_of,
    exit_qualification,
    number_of,
)
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason, Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu
from nestproof.models.x86.vmx_instructions import execute, smsw_value
from verifier.language import snapshot

BOTH = (False, True)
# Exit qualification for control-register accesses, bits 11:8.
REGISTERS = {"RAX": 0, "RCX": 1, "RDX": 2, "RBX": 3, "RSP": 4, "RBP": 5, "RSI": 6, "RDI": 7}
REGISTERS |= {f"R{number}": number for number in range(8, 16)}


def guest(**fields: Any) -> VmxCpu:
    cpu = VmxCpu(non_root=True)
    cpu.vmcss[VmcsName.VMCS01] = Vmcs(**fields)
    return cpu


# CPL 0, operand can be read, mask has EM, source has EM; the read shadow has not.
LMSW_FROM_MEMORY = """
    0 - - -  GP
    1 0 - -  OPERAND
    1 1 0 -  DONE
    1 1 1 0  DONE
    1 1 1 1  EXIT
"""


@pytest.mark.parametrize("row", LMSW_FROM_MEMORY.strip().splitlines())
def test_lmsw_faults_on_its_privilege_then_on_its_operand_and_only_then_exits(row: str) -> None:
    *columns, outcome = row.split()
    for case in product(*(BOTH if c == "-" else (c == "1",) for c in columns)):
        cpl0, readable, owned, source = case
        cpu = guest(cr0_mask=Cr0(em=owned), cr0_shadow=NO_BITS)
        cpu.cpl0 = cpl0
        before = snapshot(cpu)
        location = Location.MEMORY if readable else Location.FAULTING_MEMORY
        assert execute(cpu, Instruction.LMSW, Cr0(em=source), location) == Outcome[outcome]
        if outcome in ("GP", "OPERAND"):
            assert cpu == before
        if outcome == "EXIT":
            assert cpu.vmcs.exit_location == Location.MEMORY


def test_outside_a_guest_lmsw_faults_on_its_operand_and_loads_nothing() -> None:
    cpu = VmxCpu(cr0=RUNNING)
    assert execute(cpu, Instruction.LMSW, Cr0(ts=True), Location.FAULTING_MEMORY) == Outcome.OPERAND
    assert cpu.cr0 == RUNNING
    assert execute(cpu, Instruction.LMSW, Cr0(ts=True), Location.MEMORY) == Outcome.DONE
    assert cpu.cr0.ts


@pytest.mark.parametrize("source", range(16))
def test_the_qualification_of_lmsw_tells_memory_and_data_but_no_register(source: int) -> None:
    for place in Location:
        if place == Location.FAULTING_MEMORY:
            continue
        cpu = guest(cr0_mask=ALL_BITS, cr0_shadow=cr0_of(~source & 0xE))
        assert execute(cpu, Instruction.LMSW, cr0_of(source), place) == Outcome.EXIT
        from_memory = 0x40 if place == Location.MEMORY else 0
        assert exit_qualification(cpu.vmcs) == source << 16 | from_memory | 0x30
        assert EXIT_REASONS[cpu.vmcs.exit_reason] == 28


@pytest.mark.parametrize("register", REGISTERS)
def test_the_qualification_of_mov_to_cr0_tells_the_register(register: str) -> None:
    cpu = guest(cr0_mask=Cr0(ts=True), cr0_shadow=NO_BITS)
    source = RUNNING | Cr0(ts=True)
    assert execute(cpu, Instruction.MOV_TO_CR0, source, Location[register]) == Outcome.EXIT
    assert exit_qualification(cpu.vmcs) == REGISTERS[register] << 8
    assert cpu.vmcs.exit_operand == source


def test_the_qualification_of_clts_and_of_other_exits_tells_nothing_more() -> None:
    cpu = guest(cr0_mask=Cr0(ts=True), cr0_shadow=Cr0(ts=True))
    assert execute(cpu, Instruction.LMSW, Cr0(em=True), Location.MEMORY) == Outcome.EXIT
    cpu.non_root = True
    assert execute(cpu, Instruction.CLTS, NO_BITS) == Outcome.EXIT
    assert exit_qualification(cpu.vmcs) == 0x20
    cpu = guest(cr0_mask=ALL_BITS)
    execute(cpu, Instruction.MOV_TO_CR0, ALL_BITS, Location.R9)
    cpu.cr0, cpu.non_root = Cr0(ts=True), True
    cpu.vmcs.exception_bitmap_nm = True
    assert execute(cpu, Instruction.SSE, NO_BITS) == Outcome.EXIT
    assert exit_qualification(cpu.vmcs) == 0
    assert EXIT_REASONS[cpu.vmcs.exit_reason] == 0
    assert NM_INFORMATION == 0x80000307


def test_numbers_are_the_defined_bits_and_back() -> None:
    assert number_of(RUNNING) == 0x80050033
    assert number_of(ALL_BITS) == 0xE005003F
    assert cr0_of(0xFFFFFFFF) == ALL_BITS
    for place in (0, 1, 2, 3, 4, 5, 16, 18, 29, 30, 31):
        assert number_of(cr0_of(1 << place)) == 1 << place
    assert EXIT_REASONS == {
        ExitReason.EXCEPTION_NM: 0,
        ExitReason.EXTERNAL_INTERRUPT: 1,
        ExitReason.TASK_SWITCH: 9,
        ExitReason.CR_ACCESS: 28,
        ExitReason.EPT_VIOLATION: 48,
        ExitReason.INVALID_GUEST_STATE: 0x80000021,
    }


# UMIP, CPL 0, operand can be written.
SMSW = """
    1 0 -  GP
    1 1 0  OPERAND
    1 1 1  DONE
    0 - 0  OPERAND
    0 - 1  DONE
"""


@pytest.mark.parametrize("row", SMSW.strip().splitlines())
def test_smsw_to_memory_faults_on_umip_then_on_its_operand_and_never_exits(row: str) -> None:
    *columns, outcome = row.split()
    for case in product(*(BOTH if c == "-" else (c == "1",) for c in columns)):
        umip, cpl0, writable = case
        for non_root in BOTH:
            cpu = guest(cr0_mask=ALL_BITS, cr0_shadow=NO_BITS)
            cpu.cr4, cpu.cpl0, cpu.non_root = Cr4(umip=umip), cpl0, non_root
            before = snapshot(cpu)
            location = Location.MEMORY if writable else Location.FAULTING_MEMORY
            assert execute(cpu, Instruction.SMSW, NO_BITS, location) == Outcome[outcome]
            assert cpu == before


@pytest.mark.parametrize("non_root", BOTH)
def test_smsw_stores_the_low_word_in_memory_and_all_of_it_in_a_register(non_root: bool) -> None:
    cpu = guest(cr0_mask=cr0_of(0x80000008), cr0_shadow=cr0_of(0x00040008))
    cpu.cr0, cpu.non_root = cr0_of(0x80050033), non_root
    read = 0x0005003B if non_root else 0x80050033
    assert number_of(smsw_value(cpu, Location.RCX)) == read
    assert number_of(smsw_value(cpu, Location.MEMORY)) == read & 0xFFFF
