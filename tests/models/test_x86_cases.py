"""The x86 layer on its own: cases as a harness around an emulator has them, in integers."""

import doctest

import pytest

import nestproof.models.x86
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.numbers import EXIT_REASONS, cr0_of, exit_qualification, number_of
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu
from nestproof.models.x86.vmx_instructions import execute, read_cr0

# Instruction, real CR0, mask, read shadow, bit 7 of the exception bitmap, source operand; then the
# outcome and what comes with it: CR0 after it, what was read, or exit reason and qualification.
IN_A_GUEST = """
    SSE           80050033  00000000 00000000 0 00000000  DONE 80050033
    SSE           8005003b  00000008 00000000 0 00000000  NM
    SSE           8005003b  00000008 00000000 1 00000000  EXIT 0  0
    SSE           8005003f  00000008 00000000 1 00000000  UD
    AVX           8005003f  00000008 00000000 1 00000000  EXIT 0  0
    WAIT          80050039  00000008 00000000 1 00000000  DONE 80050039
    WAIT          8005003b  00000008 00000000 1 00000000  EXIT 0  0
    CLTS          8005003b  00000000 00000008 1 00000000  DONE 80050033
    CLTS          8005003b  00000008 00000000 1 00000000  DONE 8005003b
    CLTS          8005003b  00000008 00000008 1 00000000  EXIT 28 20
    SMSW          8005003b  00000008 00000000 1 00000000  READ 80050033
    MOV_FROM_CR0  80050033  ffffffff 80050039 1 00000000  READ 80050039
    LMSW          80050033  00000008 00000000 1 00000006  DONE 80050037
    LMSW          80050033  00000001 00000001 1 00000000  DONE 80050031
    LMSW          80050033  00000008 00000000 1 0000000e  EXIT 28 e0030
    MOV_TO_CR0    80050033  00000008 00000000 1 80050032  GP
    MOV_TO_CR0    80050033  00000008 00000008 1 80050037  EXIT 28 200
    MOV_TO_CR0    80050033  00000008 00000000 1 80050037  DONE 80050037
    MOV_TO_CR0    80050033  00000008 00000000 1 20050033  GP
    TASK_SWITCH   80050033  00000000 00000000 1 00000000  EXIT 9  0
"""


@pytest.mark.parametrize("row", IN_A_GUEST.strip().splitlines())
def test_a_case_has_the_outcome_of_the_manual(row: str) -> None:
    name, real, mask, shadow, bitmap, source, outcome, *found = row.split()
    cpu = VmxCpu(cr0=cr0_of(int(real, 16)), non_root=True)
    cpu.vmcss[VmcsName.VMCS01] = Vmcs(
        cr0_mask=cr0_of(int(mask, 16)),
        cr0_shadow=cr0_of(int(shadow, 16)),
        exception_bitmap_nm=bitmap == "1",
    )
    read = f"{number_of(read_cr0(cpu)):08x}"
    came_to = execute(cpu, Instruction[name], cr0_of(int(source, 16)), Location.RDX)
    match outcome:
        case "READ":
            assert (came_to, found) == (Outcome.DONE, [read])
        case "DONE":
            assert (came_to, found) == (Outcome.DONE, [f"{number_of(cpu.cr0):08x}"])
        case "EXIT":
            assert came_to == Outcome.EXIT
            reason = EXIT_REASONS[cpu.vmcs.exit_reason]
            assert found == [str(reason), f"{exit_qualification(cpu.vmcs):x}"]
            assert number_of(cpu.vmcs.guest_cr0) == int(real, 16)
        case fault:
            assert (came_to, found) == (Outcome[fault], [])
            assert number_of(cpu.cr0) == int(real, 16)


def test_the_example_of_the_package_does_what_it_says() -> None:
    found = doctest.testmod(nestproof.models.x86)
    assert found.attempted > 10
    assert not found.failed
