"""VMRUN, #VMEXIT and the intercepts of SVM: known answers, in the manual's integers."""

from itertools import product
from random import Random
from typing import Any

import pytest

from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cpu import Cr4, Mode
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0, running
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.instructions import execute as execute_without_svm
from nestproof.models.x86.numbers import EXIT_CODES, cr0_of, exit_info_1, number_of
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.svm import SvmCpu, execute, raise_nm, vmexit, vmrun
from nestproof.models.x86.vmcb import ExitCode, Vmcb, VmcbName
from verifier.language import Family, snapshot

BOTH = (False, True)

# Instruction, real CR0, source operand in RDX, intercepts (r: reads, w: writes, s: selective
# writes, n: #NM); then the outcome, and CR0 after it or exit code and EXITINFO1.
IN_A_GUEST = """
    SSE           80050033  00000000 -    DONE 80050033
    SSE           8005003b  00000000 -    NM
    SSE           8005003b  00000000 n    EXIT 47 0
    SSE           8005003f  00000000 n    UD
    AVX           8005003f  00000000 n    EXIT 47 0
    WAIT          80050039  00000000 n    DONE 80050039
    WAIT          8005003b  00000000 n    EXIT 47 0
    CLTS          8005003b  00000000 -    DONE 80050033
    CLTS          80050033  00000000 w    EXIT 10 0
    CLTS          8005003b  00000000 s    DONE 80050033
    CLTS          8005003b  00000000 rs   DONE 80050033
    LMSW          80050033  0000000f -    DONE 8005003f
    LMSW          80050033  00000000 -    DONE 80050031
    LMSW          80050033  00000003 w    EXIT 10 0
    LMSW          80050033  00000003 s    EXIT 65 0
    LMSW          80050033  00000003 ws   EXIT 10 0
    SMSW          80050033  00000000 ws   DONE 80050033
    SMSW          80050033  00000000 r    EXIT 0 0
    MOV_FROM_CR0  80050033  00000000 ws   DONE 80050033
    MOV_FROM_CR0  80050033  00000000 r    EXIT 0 8000000000000002
    MOV_TO_CR0    80050033  8005003b -    DONE 8005003b
    MOV_TO_CR0    80050033  80050033 w    EXIT 10 8000000000000002
    MOV_TO_CR0    80050033  80050033 s    DONE 80050033
    MOV_TO_CR0    80050033  8005003b s    DONE 8005003b
    MOV_TO_CR0    80050033  80050039 s    DONE 80050039
    MOV_TO_CR0    80050033  80050037 s    EXIT 65 8000000000000002
    MOV_TO_CR0    80050033  80050037 ws   EXIT 10 8000000000000002
    MOV_TO_CR0    80050033  80050032 ws   GP
    MOV_TO_CR0    80050033  a0050033 ws   GP
    TASK_SWITCH   80050033  00000000 -    EXIT 7d 0
"""


def on(vmcb: Vmcb, **fields: Any) -> SvmCpu:
    return SvmCpu(vmcbs=Family({VmcbName.VMCB01: vmcb}), **fields)


def intercepting(letters: str) -> Vmcb:
    return Vmcb(
        intercept_cr0_read="r" in letters,
        intercept_cr0_write="w" in letters,
        intercept_cr0_sel_write="s" in letters,
        intercept_nm="n" in letters,
    )


@pytest.mark.parametrize("row", IN_A_GUEST.strip().splitlines())
def test_a_case_has_the_outcome_of_the_manual(row: str) -> None:
    name, real, source, letters, outcome, *found = row.split()
    cpu = on(intercepting(letters), cr0=cr0_of(int(real, 16)), guest_mode=True)
    came_to = execute(cpu, Instruction[name], cr0_of(int(source, 16)), Location.RDX)
    match outcome:
        case "DONE":
            assert (came_to, found) == (Outcome.DONE, [f"{number_of(cpu.cr0):08x}"])
        case "EXIT":
            assert came_to == Outcome.EXIT
            code, info = EXIT_CODES[cpu.vmcb.exit_code], exit_info_1(cpu.vmcb, True)
            assert found == [f"{code:x}", f"{info:x}"]
            assert exit_info_1(cpu.vmcb, False) == 0
            assert number_of(cpu.vmcb.cr0) == int(real, 16)
            assert cpu.cr0 == RUNNING
        case fault:
            assert (came_to, found) == (Outcome[fault], [])
            assert number_of(cpu.cr0) == int(real, 16)


def random_cr0(random: Random) -> Cr0:
    value = Cr0(**{bit: random.random() < 0.5 for bit in ("mp", "em", "ts", "wp", "am", "nw")})
    return value | Cr0(pe=True, et=True, ne=True, pg=True, cd=True)


def test_vmrun_loads_the_guest_s_whole_cr0_and_vmexit_restores_the_host_s() -> None:
    random = Random(0)
    for _ in range(200):
        host, inside, later = (random_cr0(random) for _ in range(3))
        cpu = on(Vmcb(cr0=inside), cr0=host)
        assert vmrun(cpu) == Outcome.DONE
        assert cpu.guest_mode
        assert cpu.cr0 == inside
        cpu.cr0 = later
        assert vmexit(cpu, ExitCode.INTR) == Outcome.EXIT
        assert not cpu.guest_mode
        assert cpu.vmcb.cr0 == later
        assert cpu.cr0 == host
        assert cpu.vmcb.exit_code == ExitCode.INTR


def test_neither_vmrun_nor_vmexit_changes_intercepts_or_fpu_registers() -> None:
    registers = Contents(owner=Context.TASK_A)
    cpu = on(intercepting("rwsn"), registers=registers)
    other = snapshot(cpu.vmcbs[VmcbName.VMCB02])
    vmrun(cpu)
    vmexit(cpu, ExitCode.INTR)
    assert cpu.registers == registers
    for name in ("read", "write", "sel_write"):
        assert getattr(cpu.vmcb, f"intercept_cr0_{name}")
    assert cpu.vmcb.intercept_nm
    assert cpu.vmcbs[VmcbName.VMCB02] == other


def test_the_current_vmcb_is_the_one_that_is_run_and_written() -> None:
    inside = running(True, False, True)
    cpu = SvmCpu(current=VmcbName.VMCB02, vmcbs=Family({VmcbName.VMCB02: Vmcb(cr0=inside)}))
    vmrun(cpu)
    assert cpu.cr0 == inside
    vmexit(cpu, ExitCode.NPF)
    assert cpu.vmcbs[VmcbName.VMCB02].exit_code == ExitCode.NPF
    assert cpu.vmcbs[VmcbName.VMCB01].exit_code == ExitCode.NONE


@pytest.mark.parametrize(
    ("cr0", "controls_valid", "legal"),
    [
        (RUNNING, True, True),
        (RUNNING, False, False),
        (RUNNING | Cr0(nw=True), True, False),
        (RUNNING | Cr0(nw=True, cd=True), True, True),
        (Cr0(pg=True), True, True),
        (NO_BITS, True, True),
    ],
)
def test_what_vmrun_refuses_is_an_exit_with_the_host_s_state(
    cr0: Cr0, controls_valid: bool, legal: bool
) -> None:
    host = running(True, False, True)
    cpu = on(Vmcb(cr0=cr0, controls_valid=controls_valid), cr0=host)
    assert vmrun(cpu) == (Outcome.DONE if legal else Outcome.EXIT)
    assert cpu.guest_mode == legal
    assert cpu.cr0 == (cr0 if legal else host)
    if not legal:
        assert EXIT_CODES[cpu.vmcb.exit_code] == -1
        assert cpu.vmcb.cr0 == cr0


def test_vmrun_needs_protected_mode_and_cpl_0() -> None:
    assert vmrun(SvmCpu(cr0=NO_BITS)) == Outcome.UD
    assert vmrun(SvmCpu(cpl0=False)) == Outcome.GP


def test_an_injected_nm_is_taken_whatever_is_intercepted_and_only_once() -> None:
    for intercepted in BOTH:
        cpu = on(Vmcb(event_inj_nm=True, intercept_nm=intercepted))
        assert vmrun(cpu) == Outcome.NM
        assert cpu.guest_mode
        vmexit(cpu, ExitCode.INTR)
        assert vmrun(cpu) == Outcome.DONE


def test_a_host_without_protected_mode_has_it_behind_a_vmexit() -> None:
    cpu = SvmCpu(guest_mode=True, host_cr0=Cr0(ts=True))
    vmexit(cpu, ExitCode.INTR)
    assert cpu.cr0 == Cr0(ts=True, pe=True)


def test_nm_exits_from_a_guest_that_intercepts_it() -> None:
    for guest_mode, intercepted in product(BOTH, BOTH):
        cpu = on(Vmcb(intercept_nm=intercepted), guest_mode=guest_mode)
        exits = guest_mode and intercepted
        assert raise_nm(cpu) == (Outcome.EXIT if exits else Outcome.NM)
        assert cpu.guest_mode == (guest_mode and not exits)


@pytest.mark.parametrize("instruction", [Instruction.LMSW, Instruction.SMSW])
def test_an_intercept_comes_before_a_fault_of_the_memory_operand(instruction: Instruction) -> None:
    faulting = Location.FAULTING_MEMORY
    for letters in ("rw", "rs" if instruction == Instruction.LMSW else "r"):
        cpu = on(intercepting(letters), guest_mode=True)
        assert execute(cpu, instruction, NO_BITS, faulting) == Outcome.EXIT
    cpu = on(Vmcb(), guest_mode=True)
    assert execute(cpu, instruction, NO_BITS, faulting) == Outcome.OPERAND


def test_privilege_comes_before_intercepts() -> None:
    for instruction in (
        Instruction.CLTS,
        Instruction.LMSW,
        Instruction.MOV_TO_CR0,
        Instruction.MOV_FROM_CR0,
    ):
        cpu = on(intercepting("rws"), guest_mode=True, cpl0=False)
        assert execute(cpu, instruction, RUNNING) == Outcome.GP
    cpu = on(intercepting("r"), guest_mode=True, cpl0=False)
    assert execute(cpu, Instruction.SMSW) == Outcome.EXIT
    cpu = on(intercepting("r"), guest_mode=True, cpl0=False, cr4=Cr4(umip=True))
    assert execute(cpu, Instruction.SMSW) == Outcome.GP


def test_task_switches() -> None:
    cpu = on(Vmcb(intercept_task_switch=False), guest_mode=True)
    assert execute(cpu, Instruction.TASK_SWITCH) == Outcome.DONE
    assert cpu.cr0.ts
    cpu = on(Vmcb(), guest_mode=True, mode=Mode.BITS_64)
    assert execute(cpu, Instruction.TASK_SWITCH) == Outcome.GP


def test_the_host_executes_as_on_a_processor_without_svm() -> None:
    random = Random(1)
    for instruction, location in product(Instruction, (Location.RCX, Location.FAULTING_MEMORY)):
        for _ in range(20):
            real, source, cpl0 = random_cr0(random), random_cr0(random), random.random() < 0.7
            with_svm = on(intercepting("rwsn"), cr0=real, cpl0=cpl0)
            without = SvmCpu(cr0=real, cpl0=cpl0)
            outcome = execute(with_svm, instruction, source, location)
            assert outcome == execute_without_svm(without, instruction, source, location)
            assert with_svm.cr0 == without.cr0
