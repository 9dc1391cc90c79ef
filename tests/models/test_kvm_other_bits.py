"""NE, WP and AM of VMCS12, and the place of an operand, step by step."""

import pytest

from nestproof.models.kvm.era import (
    V3_1,
    V3_12,
    V3_14,
    V3_14_REPAIRED,
    V4_20,
    V4_20_REPAIRED,
    V6_1_REPAIRED,
    Era,
)
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.run import handle_exit
from nestproof.models.systems.kvm_nvmx import l1_launches_l2
from nestproof.models.systems.kvm_nvmx_other_bits import (
    OTHER_BITS,
    guest_writes_cr0,
    l1_programs_other_bits,
)
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.outcome import Outcome
from tests.models import test_kvm
from tests.models.test_kvm import execute, handle_and_enter, take_the_fpu_back
from verifier.language.errors import Disabled

FIELDS = (
    *(f"{field}_{bit}" for field in ("mask", "shadow", "host") for bit in ("ne", "wp", "am")),
    *("guest_wp", "guest_am"),
)


def guest_with(era: Era) -> Kvm:
    """A guest that runs for the first time, and writes other bits, too."""
    s = test_kvm.guest_with(era)
    s.vcpu.other_bits = OTHER_BITS
    return s


def l2_with(era: Era, **fields: bool) -> Kvm:
    """An L2 that runs, with fields of VMCS12 that L1 has set; the others are clear."""
    s = test_kvm.l2_with(era, **fields)
    s.vcpu.other_bits = OTHER_BITS
    return s


def programmed(s: Kvm, **fields: bool) -> None:
    """The bits beside MP, EM and TS: none is kept from L2, and all are set."""
    given = {field: not field.startswith("mask") for field in FIELDS}
    l1_programs_other_bits(s, **(given | fields))


def move(s: Kvm, location: Location = Location.RCX, **bits: bool) -> None:
    """A MOV to CR0 that leaves all as it is but for some bits."""
    clear = dict.fromkeys(("em", "ts", "rax_mp", "rax_em", "rax_ts"), False)
    given = clear | dict.fromkeys(("pe", "mp", "ne", "wp", "am"), True)
    guest_writes_cr0(s, False, location, **(given | bits))


def load_word(s: Kvm, location: Location, **bits: bool) -> None:
    clear = dict.fromkeys(("em", "ts", "rax_mp", "rax_em", "rax_ts"), False)
    given = clear | dict.fromkeys(("pe", "mp", "ne", "wp", "am"), True)
    guest_writes_cr0(s, True, location, **(given | bits))


def as_promised(s: Kvm, outcome: Outcome) -> bool:
    return (s.outcome.outcome, s.outcome.promised) == (outcome, outcome)


@pytest.mark.parametrize("era", [V3_1, V3_14, V4_20])
def test_a_host_cr0_without_ne_makes_vmlaunch_fail(era: Era) -> None:
    s = guest_with(era)
    programmed(s, host_ne=False)
    l1_launches_l2(s)
    handle_exit(s)
    assert as_promised(s, Outcome.VMFAIL)
    assert not s.vcpu.guest_mode


@pytest.mark.parametrize("era", [V3_1, V3_14, V4_20])
def test_neither_l1_nor_l2_can_clear_an_ne_of_its_own(era: Era) -> None:
    l1 = guest_with(era)
    move(l1, ne=False)
    handle_exit(l1)
    assert as_promised(l1, Outcome.GP)
    l2 = l2_with(era, guest_mp=True)
    move(l2, ne=False)
    handle_exit(l2)
    assert as_promised(l2, Outcome.GP)


@pytest.mark.parametrize(("era", "refused"), [(V3_1, True), (V3_12, False), (V4_20, False)])
def test_until_3_10_l2_cannot_write_an_ne_that_l1_keeps(era: Era, refused: bool) -> None:
    s = guest_with(era)
    programmed(s, mask_ne=True, shadow_ne=False)
    l1_launches_l2(s)
    handle_and_enter(s)
    move(s, ne=False, wp=False)
    handle_exit(s)
    assert s.outcome.promised == Outcome.DONE
    assert (s.outcome.outcome == Outcome.GP) == refused


@pytest.mark.parametrize("bit", ["wp", "am"])
def test_until_3_14_taking_the_fpu_back_forgets_any_bit_that_l2_wrote(bit: str) -> None:
    for era, forgotten in ((V3_14, True), (V3_14_REPAIRED, False)):
        s = l2_with(era, guest_mp=True)
        move(s, wp=bit != "wp", am=bit != "am")
        handle_and_enter(s)
        take_the_fpu_back(s)
        execute(s, Instruction.MOV_FROM_CR0)
        assert not getattr(s.outcome.promised_read, bit)
        assert getattr(s.outcome.read, bit) == forgotten


@pytest.mark.parametrize("era", [V3_14, V4_20_REPAIRED, V6_1_REPAIRED])
def test_l1_reads_what_l2_has_moved_and_from_where(era: Era) -> None:
    s = guest_with(era)
    programmed(s, mask_am=True)
    l1_launches_l2(s)
    handle_and_enter(s)
    move(s, Location.R9, am=False, wp=False)
    handle_exit(s)
    assert as_promised(s, Outcome.EXIT)
    assert not s.outcome.exit_differs
    told = s.vcpu.vmcs12
    assert told.exit_location == Location.R9
    assert (told.exit_operand.wp, told.exit_operand.am, told.exit_operand.ne) == (
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("location", "read"),
    [(Location.MEMORY, Location.MEMORY), (Location.RDX, Location.RAX)],
)
def test_l1_reads_whether_an_lmsw_was_from_memory(location: Location, read: Location) -> None:
    s = l2_with(V4_20, mask_ts=True, guest_mp=True)
    load_word(s, location, ts=True)
    handle_exit(s)
    assert as_promised(s, Outcome.EXIT)
    assert s.vcpu.vmcs12.exit_location == read
    assert not s.outcome.exit_differs


def test_an_operand_in_rax_is_what_rax_is() -> None:
    s = l2_with(V4_20, mask_ts=True)
    load_word(s, Location.RAX, ts=True)
    assert s.vcpu.exit.rax.ts
    other = l2_with(V4_20, mask_ts=True)
    load_word(other, Location.RBX, ts=True)
    assert not other.vcpu.exit.rax.ts


@pytest.mark.parametrize("location", [Location.MEMORY, Location.FAULTING_MEMORY])
def test_nothing_moves_memory_to_cr0(location: Location) -> None:
    s = l2_with(V4_20)
    with pytest.raises(Disabled):
        move(s, location)
