"""CLTS, LMSW, SMSW and MOV to and from CR0, against rules written down a second time."""

from collections.abc import Callable
from itertools import product
from random import Random

import pytest

from nestproof.models.x86.cpu import Cr4, Mode
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, RUNNING, Cr0, cr0_is_valid, merged, running
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu
from nestproof.models.x86.vmx_instructions import execute, read_cr0
from tests.models.trial import BITS, TRIAL, after, bits_of, compiled
from verifier.language import Family, snapshot

BOTH = (False, True)
CR0_ACCESSES = (
    Instruction.CLTS,
    Instruction.LMSW,
    Instruction.MOV_TO_CR0,
    Instruction.MOV_FROM_CR0,
)
LOW = ("pe", "mp", "em", "ts")


def cr0(number: int) -> Cr0:
    return Cr0(**{name: bool(number >> i & 1) for i, name in enumerate(BITS)})


def number(value: Cr0) -> int:
    return sum(getattr(value, name) << i for i, name in enumerate(BITS))


def guest(*, real: Cr0, mask: Cr0, shadow: Cr0, host: Cr0 = RUNNING) -> VmxCpu:
    vmcs = Vmcs(cr0_mask=mask, cr0_shadow=shadow, host_cr0=host)
    return VmxCpu(cr0=real, non_root=True, vmcss=Family({VmcsName.VMCS01: vmcs}))


# Mask, shadow, TS before: outcome, TS after; the host's TS is 0.
CLTS = """
    0 0 0  DONE 0
    0 0 1  DONE 0
    0 1 0  DONE 0
    0 1 1  DONE 0
    1 0 0  DONE 0
    1 0 1  DONE 1
    1 1 0  EXIT 0
    1 1 1  EXIT 0
"""


@pytest.mark.parametrize("row", CLTS.strip().splitlines())
def test_clts_in_all_its_eight_cases(row: str) -> None:
    mask, shadow, before, outcome, ts = row.split()
    cpu = guest(
        real=running(True, False, before == "1"),
        mask=Cr0(ts=mask == "1"),
        shadow=Cr0(ts=shadow == "1"),
    )
    assert execute(cpu, Instruction.CLTS, NO_BITS) == Outcome[outcome]
    assert cpu.cr0 == running(True, False, ts == "1")
    if outcome == "EXIT":
        assert not cpu.non_root
        assert cpu.vmcs.exit_reason == ExitReason.CR_ACCESS
        assert cpu.vmcs.exit_access == CrAccess.CLTS
        assert cpu.vmcs.exit_operand == NO_BITS
        assert cpu.vmcs.guest_cr0.ts == (before == "1")


@pytest.mark.parametrize("ts", BOTH)
def test_clts_outside_a_guest_clears_ts_whatever_the_vmcs_says(ts: bool) -> None:
    cpu = guest(real=running(True, True, ts), mask=ALL_BITS, shadow=ALL_BITS)
    cpu.non_root = False
    assert execute(cpu, Instruction.CLTS, NO_BITS) == Outcome.DONE
    assert cpu.cr0 == running(True, True, False)


CASES = 1 << 16


def low_words(instruction: Instruction) -> dict[str, int]:
    """Every mask, shadow, source and CR0 in its low four bits, in a case's bits in this order."""
    run = TRIAL.action("run")
    constant = {**dict.fromkeys(BITS, False), "location": Location.RAX}
    base = compiled().inputs_of(run, {"instruction": instruction, **constant})
    order = [f"cpu.vmcs.{field}.{bit}" for field in ("cr0_mask", "cr0_shadow") for bit in LOW]
    order = [name.replace("vmcs", "vmcss[VMCS01]") for name in order]
    for bit in LOW:
        choices = {"instruction": instruction, **constant, bit: True}
        raised = compiled().inputs_of(run, choices)
        order += [name for name in base if base[name] != raised[name]]
    order += [f"cpu.cr0.{bit}" for bit in LOW]
    ones = (1 << CASES) - 1
    free = {f"cpu.cr0_fixed1.{bit}": True for bit in BITS}
    bits = base | free | {"cpu.non_root": True, "cpu.cpl0": True}
    words = {name: ones if bit else 0 for name, bit in bits.items()}
    for place, name in enumerate(order):
        words[name] = sum(1 << case for case in range(CASES) if case >> place & 1)
    return words


def nibbles(case: int) -> tuple[int, ...]:
    """Mask, shadow, source and CR0 of a case."""
    return tuple(case >> shift & 15 for shift in (0, 4, 8, 12))


def check_all(instruction: Instruction, loads: Callable[[int, int, int, int], int | None]) -> None:
    """Compare every case with the CR0 that `loads` says, or None where it says exit."""
    result = after(low_words(instruction), CASES)
    exits, completes = (where(result, outcome) for outcome in (Outcome.EXIT, Outcome.DONE))
    expected = dict.fromkeys(("exit", *LOW), 0)
    for case in range(CASES):
        loaded = loads(*nibbles(case))
        if loaded is None:
            expected["exit"] |= 1 << case
            continue
        for i, bit in enumerate(LOW):
            expected[bit] |= (loaded >> i & 1) << case
    assert exits == expected["exit"]
    assert completes == exits ^ ((1 << CASES) - 1)
    for bit in LOW:
        assert result[f"cpu.cr0.{bit}"] & completes == expected[bit], bit


def test_lmsw_in_all_cases_of_mask_shadow_source_and_cr0() -> None:
    """What the guest believes it loads, PE kept, differs from the shadow in an owned bit: exit."""

    def loads(mask: int, shadow: int, source: int, real: int) -> int | None:
        if ((source | (shadow & 1)) ^ shadow) & mask:
            return None
        return (real & mask) | ((source | (real & 1)) & ~mask)

    check_all(Instruction.LMSW, loads)


def test_mov_to_cr0_in_all_cases_of_mask_shadow_source_and_cr0() -> None:
    def loads(mask: int, shadow: int, source: int, real: int) -> int | None:
        return None if (source ^ shadow) & mask else (real & mask) | (source & ~mask)

    check_all(Instruction.MOV_TO_CR0, loads)


def where(result: dict[str, int], outcome: Outcome) -> int:
    """The cases with an outcome."""
    found = (1 << CASES) - 1
    for name, value in bits_of("outcome", outcome).items():
        found &= result[name] if value else ~result[name]
    return found


def test_lmsw_reports_its_four_source_bits_and_leaves_upper_bits_alone() -> None:
    cpu = guest(real=ALL_BITS, mask=Cr0(em=True), shadow=NO_BITS)
    assert execute(cpu, Instruction.LMSW, ALL_BITS) == Outcome.EXIT
    assert cpu.vmcs.exit_access == CrAccess.LMSW
    assert cpu.vmcs.exit_operand == Cr0(pe=True, mp=True, em=True, ts=True)
    root = VmxCpu(cr0=ALL_BITS)
    assert execute(root, Instruction.LMSW, NO_BITS) == Outcome.DONE
    assert root.cr0 == merged(Cr0(mp=True, em=True, ts=True), NO_BITS, ALL_BITS)


def test_lmsw_that_would_clear_an_owned_pe_does_not_exit() -> None:
    cpu = guest(real=RUNNING, mask=Cr0(pe=True), shadow=Cr0(pe=True))
    assert execute(cpu, Instruction.LMSW, Cr0(mp=True)) == Outcome.DONE
    assert cpu.cr0 == RUNNING


def test_mov_to_cr0_on_random_values_of_every_bit() -> None:
    random = Random(0)
    hard = number(Cr0(et=True))
    valid_seen = set()
    for _ in range(1500):
        mask, shadow, source, real = (random.getrandbits(11) for _ in range(4))
        mask &= random.getrandbits(11) & random.getrandbits(11)
        vmxon, non_root, unrestricted = (random.random() < 0.5 for _ in range(3))
        if random.random() < 0.7:
            source |= number(Cr0(pe=True, ne=True))
        cpu = guest(real=cr0(real), mask=cr0(mask), shadow=cr0(shadow), host=cr0(0))
        cpu.non_root, cpu.vmxon = non_root, vmxon
        cpu.vmcs.unrestricted_guest = unrestricted
        if non_root and (source ^ shadow) & mask:
            kept = number(Cr0(et=True, ne=True, nw=True, cd=True))
            expected, after_cr0 = Outcome.EXIT, real & kept
        else:
            kept = hard | (mask if non_root else 0)
            value = cr0((real & kept) | (source & ~kept))
            wrong = (value.pg and not value.pe) or (value.nw and not value.cd)
            if vmxon or non_root:
                wrong = wrong or not value.ne
                if not (non_root and unrestricted):
                    wrong = wrong or not value.pe or not value.pg
            expected = Outcome.GP if wrong else Outcome.DONE
            after_cr0 = real if wrong else number(value)
        assert execute(cpu, Instruction.MOV_TO_CR0, cr0(source)) == expected
        assert number(cpu.cr0) == after_cr0
        if expected == Outcome.EXIT:
            assert cpu.vmcs.exit_access == CrAccess.MOV_TO
            assert number(cpu.vmcs.exit_operand) == source
            assert number(cpu.vmcs.guest_cr0) == real
        valid_seen.add((expected, non_root))
    assert len(valid_seen) == 5


def test_mov_to_cr0_with_nothing_owned_never_exits() -> None:
    for ts, em, mp in product(BOTH, repeat=3):
        cpu = guest(real=RUNNING, mask=NO_BITS, shadow=ALL_BITS)
        assert execute(cpu, Instruction.MOV_TO_CR0, running(mp, em, ts)) == Outcome.DONE
        assert cpu.cr0 == running(mp, em, ts)


def test_paging_cannot_be_turned_off_in_64_bit_mode() -> None:
    cpu = VmxCpu(mode=Mode.BITS_64)
    assert execute(cpu, Instruction.MOV_TO_CR0, Cr0(pe=True, ne=True)) == Outcome.GP
    assert cpu.cr0 == RUNNING


@pytest.mark.parametrize("instruction", [Instruction.MOV_FROM_CR0, Instruction.SMSW])
def test_a_read_gives_the_shadow_where_the_mask_is_set_and_never_exits(
    instruction: Instruction,
) -> None:
    random = Random(1)
    for _ in range(300):
        mask, shadow, real = (random.getrandbits(11) for _ in range(3))
        cpu = guest(real=cr0(real), mask=cr0(mask), shadow=cr0(shadow))
        before = snapshot(cpu)
        assert number(read_cr0(cpu)) == (real & ~mask) | (shadow & mask)
        assert execute(cpu, instruction, NO_BITS) == Outcome.DONE
        assert cpu == before
        cpu.non_root = False
        assert number(read_cr0(cpu)) == real


@pytest.mark.parametrize("instruction", CR0_ACCESSES)
def test_outside_cpl_0_a_cr0_access_faults_before_it_can_exit(instruction: Instruction) -> None:
    for non_root in BOTH:
        cpu = guest(real=RUNNING, mask=ALL_BITS, shadow=Cr0(ts=True))
        cpu.cpl0, cpu.non_root = False, non_root
        before = snapshot(cpu)
        assert execute(cpu, instruction, NO_BITS) == Outcome.GP
        assert cpu == before


def test_smsw_outside_cpl_0_needs_umip_clear() -> None:
    for umip, cpl0 in product(BOTH, BOTH):
        cpu = VmxCpu(cr4=Cr4(umip=umip), cpl0=cpl0)
        faults = umip and not cpl0
        assert execute(cpu, Instruction.SMSW, NO_BITS) == (Outcome.GP if faults else Outcome.DONE)


def test_an_exit_comes_before_the_fault_of_an_invalid_value() -> None:
    cpu = guest(real=RUNNING, mask=Cr0(pg=True), shadow=NO_BITS)
    assert execute(cpu, Instruction.MOV_TO_CR0, Cr0(pg=True)) == Outcome.EXIT
    cpu = guest(real=RUNNING, mask=NO_BITS, shadow=NO_BITS)
    assert execute(cpu, Instruction.MOV_TO_CR0, Cr0(pg=True)) == Outcome.GP


def test_cr0_values_are_valid_by_paging_and_cache_rules() -> None:
    for value in range(1 << 11):
        pe, nw, cd, pg = (bool(value >> BITS.index(bit) & 1) for bit in ("pe", "nw", "cd", "pg"))
        assert cr0_is_valid(cr0(value)) == (not (pg and not pe) and not (nw and not cd))


def test_bit_sets_combine_like_numbers() -> None:
    random = Random(2)
    for _ in range(300):
        a, b, c = (random.getrandbits(11) for _ in range(3))
        assert number(cr0(a) & cr0(b)) == a & b
        assert number(cr0(a) | cr0(b)) == a | b
        assert number(cr0(a) ^ cr0(b)) == a ^ b
        assert number(~cr0(a)) == a ^ 0x7FF
        assert number(merged(cr0(a), cr0(b), cr0(c))) == (b & a) | (c & ~a)


def test_a_task_switch_sets_ts_or_exits_or_is_a_fault_in_ia_32e_mode() -> None:
    cpu = VmxCpu()
    assert execute(cpu, Instruction.TASK_SWITCH, NO_BITS) == Outcome.DONE
    assert cpu.cr0 == running(True, False, True)
    cpu = guest(real=RUNNING, mask=NO_BITS, shadow=NO_BITS)
    assert execute(cpu, Instruction.TASK_SWITCH, NO_BITS) == Outcome.EXIT
    assert cpu.vmcs.exit_reason == ExitReason.TASK_SWITCH
    assert not cpu.vmcs.guest_cr0.ts
    for non_root, mode in product(BOTH, (Mode.COMPATIBILITY, Mode.BITS_64)):
        cpu = VmxCpu(mode=mode, non_root=non_root)
        assert execute(cpu, Instruction.TASK_SWITCH, NO_BITS) == Outcome.GP
        assert cpu.cr0 == RUNNING
