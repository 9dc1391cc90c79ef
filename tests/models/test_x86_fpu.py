"""Which FPU instruction faults when: the manual's tables, row by row and for every state."""

from itertools import product

import pytest

from nestproof.models.x86.cpu import Cr4
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.fpu import Fault, FpuClass, SpecialClass, fpu_fault
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmx import VmxCpu
from nestproof.models.x86.vmx_instructions import execute, execute_special

# Rows: EM, MP, TS; - stands for either value.
TABLE_2_2_FLOATING_POINT = """
    0 - 0  NONE
    0 - 1  NM
    1 - 0  NM
    1 - 1  NM
"""
TABLE_2_2_WAIT = """
    - 0 -  NONE
    - 1 0  NONE
    - 1 1  NM
"""
TABLE_12_1_MMX = """
    0 - 0  NONE
    0 - 1  NM
    1 - -  UD
"""
# Rows: OSFXSR, EM, TS.
TABLE_13_1_SSE = """
    0 - -  UD
    1 1 -  UD
    1 0 0  NONE
    1 0 1  NM
"""
# Rows: OSXSAVE, XCR0 enables the state, EM, TS.
AVX = """
    0 - - -  UD
    1 0 - -  UD
    1 1 - 0  NONE
    1 1 - 1  NM
"""
# Rows: OSXSAVE, CPL 0, EM, TS.
XSAVE = """
    0 - - -  UD
    1 - - 0  NONE
    1 - - 1  NM
"""
XSAVES = """
    0 - - -  UD
    1 - - 1  NM
    1 0 - 0  GP
    1 1 - 0  NONE
"""


def rows(table: str) -> dict[tuple[bool, ...], Fault]:
    """Every combination of a table's columns; a test of the table, too: no row overlaps."""
    found: dict[tuple[bool, ...], Fault] = {}
    for line in table.strip().splitlines():
        *columns, fault = line.split()
        choices = [(False, True) if c == "-" else (c == "1",) for c in columns]
        for case in product(*choices):
            assert case not in found
            found[case] = Fault[fault]
    assert len(found) == 2 ** len(columns)
    return found


def cases(table: str) -> list[tuple[tuple[bool, ...], Fault]]:
    return list(rows(table).items())


BOTH = (False, True)


@pytest.mark.parametrize(("case", "fault"), cases(TABLE_2_2_FLOATING_POINT))
def test_floating_point_faults_by_table_2_2(case: tuple[bool, ...], fault: Fault) -> None:
    em, mp, ts = case
    cpu = VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts))
    assert fpu_fault(cpu, FpuClass.X87) == fault
    assert fpu_fault(cpu, FpuClass.FXSAVE) == fault


@pytest.mark.parametrize(("case", "fault"), cases(TABLE_2_2_WAIT))
def test_wait_faults_by_table_2_2(case: tuple[bool, ...], fault: Fault) -> None:
    em, mp, ts = case
    assert fpu_fault(VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts)), FpuClass.WAIT) == fault


@pytest.mark.parametrize(("case", "fault"), cases(TABLE_12_1_MMX))
def test_mmx_faults_by_table_12_1(case: tuple[bool, ...], fault: Fault) -> None:
    em, mp, ts = case
    assert fpu_fault(VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts)), FpuClass.MMX) == fault


@pytest.mark.parametrize(("case", "fault"), cases(TABLE_13_1_SSE))
def test_sse_faults_by_table_13_1(case: tuple[bool, ...], fault: Fault) -> None:
    osfxsr, em, ts = case
    for mp, osxsave in product(BOTH, BOTH):
        cr4 = Cr4(osfxsr=osfxsr, osxsave=osxsave)
        assert fpu_fault(VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts), cr4=cr4), FpuClass.SSE) == fault


@pytest.mark.parametrize(("case", "fault"), cases(AVX))
def test_avx_ignores_em_and_needs_enabled_state(case: tuple[bool, ...], fault: Fault) -> None:
    osxsave, xcr0_ok, em, ts = case
    for mp, osfxsr in product(BOTH, BOTH):
        cr4 = Cr4(osfxsr=osfxsr, osxsave=osxsave)
        cpu = VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts), cr4=cr4, xcr0_ok=xcr0_ok)
        assert fpu_fault(cpu, FpuClass.AVX) == fault


@pytest.mark.parametrize(
    ("kind", "case", "fault"),
    [(FpuClass.XSAVE, *row) for row in cases(XSAVE)]
    + [(FpuClass.XSAVES, *row) for row in cases(XSAVES)],
)
def test_xsave_ignores_em_and_its_supervisor_forms_need_cpl_0(
    kind: FpuClass, case: tuple[bool, ...], fault: Fault
) -> None:
    osxsave, cpl0, em, ts = case
    for mp, xcr0_ok in product(BOTH, BOTH):
        cpu = VmxCpu(
            cr0=Cr0(em=em, mp=mp, ts=ts), cr4=Cr4(osxsave=osxsave), cpl0=cpl0, xcr0_ok=xcr0_ok
        )
        assert fpu_fault(cpu, kind) == fault


@pytest.mark.parametrize("kind", [FpuClass.NONLAZY, FpuClass.EXEMPT])
def test_non_lazy_and_exempt_instructions_never_fault_by_cr0(kind: FpuClass) -> None:
    for em, mp, ts, pending in product(BOTH, repeat=4):
        cpu = VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts, ne=True), x87_error_pending=pending)
        assert fpu_fault(cpu, kind) == Fault.NONE


def outcome_of(fault: Fault) -> Outcome:
    return Outcome.DONE if fault == Fault.NONE else Outcome[fault.name]


@pytest.mark.parametrize(("case", "fault"), cases(TABLE_2_2_FLOATING_POINT))
def test_a_non_waiting_instruction_faults_by_table_2_2_and_reports_no_pending_error(
    case: tuple[bool, ...], fault: Fault
) -> None:
    em, mp, ts = case
    for pending, ne in product(BOTH, BOTH):
        cpu = VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts, ne=ne), x87_error_pending=pending)
        assert execute_special(cpu, SpecialClass.NON_WAITING) == outcome_of(fault)


def test_xgetbv_and_the_protection_keys_need_their_own_bit_of_cr4_and_nothing_of_cr0() -> None:
    for osxsave, pke, em, mp, ts, cpl0 in product(BOTH, repeat=6):
        cr4 = Cr4(osfxsr=False, osxsave=osxsave, pke=pke)
        cpu = VmxCpu(cr0=Cr0(em=em, mp=mp, ts=ts), cr4=cr4, cpl0=cpl0)
        enabled = {SpecialClass.XGETBV: osxsave, SpecialClass.PKRU: pke}
        for kind, bit in enabled.items():
            assert execute_special(cpu, kind) == (Outcome.DONE if bit else Outcome.UD)


# Rows: PE, TS, CPL 0 (or else CPL 3), PG, NE.
ENCLU = """
    0 - - - -  UD
    1 1 - - -  NM
    1 0 1 - -  UD
    1 0 0 0 -  GP
    1 0 0 1 0  GP
    1 0 0 1 1  NONE
"""


@pytest.mark.parametrize(("case", "fault"), cases(ENCLU))
def test_enclu_takes_nm_before_it_looks_at_privilege(case: tuple[bool, ...], fault: Fault) -> None:
    pe, ts, cpl0, pg, ne = case
    for em, mp in product(BOTH, BOTH):
        cpu = VmxCpu(cr0=Cr0(pe=pe, em=em, mp=mp, ts=ts, pg=pg, ne=ne), cpl0=cpl0)
        assert execute_special(cpu, SpecialClass.ENCLU) == outcome_of(fault)


@pytest.mark.parametrize(
    ("kind", "real"),
    [(SpecialClass.NON_WAITING, Cr0(em=True)), (SpecialClass.ENCLU, Cr0(pe=True, ts=True))],
)
def test_nm_of_a_special_instruction_goes_through_the_exception_bitmap_too(
    kind: SpecialClass, real: Cr0
) -> None:
    for intercepted in BOTH:
        cpu = VmxCpu(cr0=real, non_root=True)
        cpu.vmcs.exception_bitmap_nm = intercepted
        assert execute_special(cpu, kind) == (Outcome.EXIT if intercepted else Outcome.NM)


# Rows: in a guest, "enable XSAVES/XRSTORS", OSXSAVE, TS, CPL 0.
XSAVES_IN_A_GUEST = """
    1 0 - - -  UD
    1 1 0 - -  UD
    1 1 1 1 -  NM
    1 1 1 0 0  GP
    1 1 1 0 1  NONE
    0 - 0 - -  UD
    0 - 1 1 -  NM
    0 - 1 0 0  GP
    0 - 1 0 1  NONE
"""


@pytest.mark.parametrize(("case", "fault"), cases(XSAVES_IN_A_GUEST))
def test_xsaves_needs_a_control_in_a_guest_and_xsave_does_not(
    case: tuple[bool, ...], fault: Fault
) -> None:
    non_root, enabled, osxsave, ts, cpl0 = case
    cpu = VmxCpu(cr0=Cr0(ts=ts), cr4=Cr4(osxsave=osxsave), cpl0=cpl0, non_root=non_root)
    cpu.vmcs.enable_xsaves = enabled
    assert execute(cpu, Instruction.XSAVES, Cr0()) == outcome_of(fault)
    without = Fault.NM if ts else Fault.NONE
    assert fpu_fault(cpu, FpuClass.XSAVE) == (without if osxsave else Fault.UD)


WAITING = (FpuClass.X87, FpuClass.WAIT, FpuClass.MMX)


@pytest.mark.parametrize("kind", list(FpuClass))
def test_a_pending_x87_error_is_reported_last_and_by_waiting_instructions_only(
    kind: FpuClass,
) -> None:
    for em, mp, ts, ne in product(BOTH, repeat=4):
        cr0 = Cr0(em=em, mp=mp, ts=ts, ne=ne)
        without = fpu_fault(VmxCpu(cr0=cr0), kind)
        reported = kind in WAITING and ne and without == Fault.NONE
        found = fpu_fault(VmxCpu(cr0=cr0, x87_error_pending=True), kind)
        assert found == (Fault.MF if reported else without)


def test_a_stale_error_is_seen_under_ts_by_wait_without_mp_alone() -> None:
    seen = {
        (kind, mp)
        for kind in FpuClass
        for mp in BOTH
        if fpu_fault(VmxCpu(cr0=Cr0(mp=mp, ts=True, ne=True), x87_error_pending=True), kind)
        == Fault.MF
    }
    assert seen == {(FpuClass.WAIT, False)}


def test_em_turns_the_trap_of_a_lazy_kernel_into_an_invalid_opcode() -> None:
    cpu = VmxCpu(cr0=Cr0(em=True, ts=True))
    assert [fpu_fault(cpu, kind) for kind in (FpuClass.SSE, FpuClass.MMX)] == [Fault.UD] * 2


def test_executing_an_fpu_instruction_comes_to_the_fault_of_its_class() -> None:
    outcomes = set()
    for kind in FpuClass:
        for em, mp, ts, enabled, cpl0, pending in product(BOTH, repeat=6):
            cpu = VmxCpu(
                cr0=Cr0(em=em, mp=mp, ts=ts, ne=True),
                cr4=Cr4(osfxsr=enabled, osxsave=enabled),
                cpl0=cpl0,
                x87_error_pending=pending,
            )
            expected = outcome_of(fpu_fault(cpu, kind))
            assert execute(cpu, Instruction[kind.name], Cr0()) == expected
            outcomes.add(expected)
    assert outcomes == {Outcome.DONE, Outcome.NM, Outcome.UD, Outcome.GP, Outcome.MF}
