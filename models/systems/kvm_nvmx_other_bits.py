"""Nested KVM whose VMCS12 has NE, WP and AM of CR0, too, and whose guests have operands anywhere.

No FPU instruction depends on these bits here, and KVM treats each as one of those that vary
elsewhere, which is why they are systems of their own (docs/other-bits.md).
"""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.observed import guest_executed, l1_programs
from nestproof.models.kvm.run import forget_exit, leave_guest
from nestproof.models.kvm.xfd import guest_writes_xfd
from nestproof.models.linux import fpu_core, fpu_deferred, fpu_eras
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.systems.kvm_nvmx import l1_runs, nested
from nestproof.models.x86.cr0 import Cr0, merged, running
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmx_instructions import execute
from verifier.language import System, assume, snapshot, step

OTHER_BITS = Cr0(ne=True, wp=True, am=True)


@step
def guest_writes_cr0(
    kvm: Kvm,
    is_lmsw: bool,
    location: Location,
    pe: bool,
    mp: bool,
    em: bool,
    ts: bool,
    ne: bool,
    wp: bool,
    am: bool,
    rax_mp: bool,
    rax_em: bool,
    rax_ts: bool,
) -> None:
    """L1 or L2 moves any value from any register to CR0, or loads the machine status word.

    A memory operand of LMSW can be read; what becomes of one that cannot is not KVM's business.
    """
    assume(kvm.in_guest)
    assume(location != Location.FAULTING_MEMORY)
    assume(is_lmsw | (location != Location.MEMORY))
    instruction = Instruction.LMSW if is_lmsw else Instruction.MOV_TO_CR0
    operand = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=True, ne=ne, wp=wp, am=am, pg=True)
    rax = operand if location == Location.RAX else running(rax_mp, rax_em, rax_ts)
    read = snapshot(kvm.read_cr0())
    outcome = execute(kvm.host.cpu, instruction, operand, location)
    if outcome == Outcome.EXIT:
        leave_guest(kvm, instruction, rax)
    else:
        guest_executed(kvm, instruction, operand, outcome, read)
    forget_exit(kvm)


@step
def l1_programs_other_bits(
    kvm: Kvm,
    mask_ne: bool,
    mask_wp: bool,
    mask_am: bool,
    shadow_ne: bool,
    shadow_wp: bool,
    shadow_am: bool,
    guest_wp: bool,
    guest_am: bool,
    host_ne: bool,
    host_wp: bool,
    host_am: bool,
) -> None:
    """L1 writes NE, WP and AM of its VMCS; a HOST_CR0 without NE is refused."""
    l1_runs(kvm)
    vmcs12 = kvm.vcpu.vmcs12
    mask = Cr0(ne=mask_ne, wp=mask_wp, am=mask_am)
    shadow = Cr0(ne=shadow_ne, wp=shadow_wp, am=shadow_am)
    guest = Cr0(ne=True, wp=guest_wp, am=guest_am)
    own = Cr0(ne=host_ne, wp=host_wp, am=host_am)
    vmcs12.cr0_mask = merged(OTHER_BITS, mask, vmcs12.cr0_mask)
    vmcs12.cr0_shadow = merged(OTHER_BITS, shadow, vmcs12.cr0_shadow)
    vmcs12.guest_cr0 = merged(OTHER_BITS, guest, vmcs12.guest_cr0)
    vmcs12.host_cr0 = merged(OTHER_BITS, own, vmcs12.host_cr0)
    l1_programs(kvm)


def with_other_bits(linux: LinuxEra, era: Era, summary: str, *more: Callable[..., None]) -> System:
    """A version in which L1 writes all bits of CR0 that it has a use for."""
    steps: tuple[Callable[..., None], ...] = (guest_writes_cr0, l1_programs_other_bits, *more)
    system = nested(era.version, linux, era, summary, *steps)
    start: Kvm = snapshot(system.initial)
    start.vcpu.other_bits = OTHER_BITS
    return replace(system, initial=start)


def repaired(linux: LinuxEra, era: Era, *more: Callable[..., None]) -> System:
    """A repaired version."""
    of_all = replace(era, version=f"{era.version}-other-bits")
    summary = f"As {era.version}, with NE, WP and AM in VMCS12 and operands anywhere."
    return with_other_bits(linux, of_all, summary, *more)


V3_1_NE = with_other_bits(
    fpu_eras.V3_10,
    replace(
        kvm_era.V3_14_REPAIRED,
        version="v3.1+ne",
        checks_written_cr0=kvm_era.V3_1.checks_written_cr0,
    ),
    "A MOV to CR0 of L2 is refused for an NE that L1 keeps.",
)
V3_14_OTHER_BITS = repaired(fpu_eras.V3_10, kvm_era.V3_14_REPAIRED)
V4_20_OTHER_BITS = repaired(fpu_core.V4_10, kvm_era.V4_20_REPAIRED)
V6_1_OTHER_BITS = repaired(fpu_deferred.V5_18, kvm_era.V6_1_REPAIRED, guest_writes_xfd)
