"""How people are shown KVM and its guest: levels, VMCSs, and the CPU that the guest is promised."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nestproof.models.kvm import neighbours, run
from nestproof.models.kvm.contract import Retry
from nestproof.models.kvm.machine import Kvm, Machine, running_level
from nestproof.models.kvm.sentences import guest, headline, l1_vmcs, outcome, promised_vmcs
from nestproof.models.kvm.vcpu import Exit, Vcpu
from nestproof.models.linux.presentation import HOST, trap
from nestproof.models.linux.task import Fpu, Host
from nestproof.models.ownership import presentation as ownership
from nestproof.models.x86 import presentation as x86
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcs import ExitReason, Vmcs, VmcsName
from verifier.language import (
    Act,
    Belief,
    Causes,
    Compared,
    Each,
    Flags,
    Lane,
    Lanes,
    Moment,
    Presentation,
    Promise,
    Table,
)


def acts(now: Moment[Kvm]) -> Act:
    """How control moves, #NM on the way, and what somebody sees of it."""
    return replace(move(now), trap=trap(now), seen=outcome(now), does=doing(now), by=chooser(now))


def doing(now: Moment[Kvm]) -> str:
    """Who executes which instruction, or handles the exit of one."""
    for chosen in now.choices.values():
        if isinstance(chosen, Instruction):
            return f"{guest(now)} executes {chosen.name}"
    if now.ran(run.handle_exit):
        pending, reason = now.before.contract.pending, now.before.vcpu.exit.reason
        what = reason if pending == Instruction.EXEMPT else pending
        return f"L0 handles {guest(now)}'s {what.name}"
    return ownership.touches_the_registers(
        now, lambda kvm: kvm.access
    ) or ownership.tries_the_registers(now, lambda kvm: kvm.transient)


def chooser(now: Moment[Machine]) -> str:
    """Who makes the choices of a step."""
    if now.ran(neighbours.preempt, neighbours.resume):
        return "the scheduler"
    if now.ran(neighbours.interrupt_uses_fpu, neighbours.interrupt_in_fpregs_lock):
        return "an interrupt"
    if now.ran(run.vcpu_enter_guest):
        return "the host"
    if now.ran(neighbours.vmm_fpu_instruction):
        return "the VMM"
    if now.ran(neighbours.other_fpu_instruction, neighbours.process_uses_fpu):
        return "another task"
    return running_level(now.before)


def move(now: Moment[Kvm]) -> Act:
    """VM entries and exits, and what L0 hands to L1 or does for it in between."""
    was, runs = now.before.host.cpu.non_root, now.after.host.cpu.non_root
    nested, nests = now.before.vcpu.guest_mode, now.after.vcpu.guest_mode
    if was and not runs:
        return Act(f"exit {exit_reason(now)}".rstrip(), leaves=True)
    if runs and not was:
        return Act(f"enters {running_level(now.after)}")
    if nests and not nested:
        return Act("L1 launches L2", tells="L2")
    return Act("to L1", tells="L1") if nested and not nests else Act()


def exit_reason(now: Moment[Kvm]) -> str:
    """Why the guest was left in this step."""
    given = now.given(Each(Vmcs, lambda vmcs: vmcs.exit_reason))
    return next((reason.name for reason in given if reason != ExitReason.NONE), "")


def beliefs(kvm: Kvm, bit: Callable[[Cr0], bool]) -> Iterator[Belief]:
    """What the processor has, KVM remembers, and each guest reads."""
    yield from x86.own_bit(kvm.host.cpu, bit, runs=running_level(kvm) == "L0")
    owned = bit(kvm.vcpu.cr0_guest_owned_bits)
    about = "vcpu.cr0, guest-owned" if owned else "vcpu.cr0, KVM's copy"
    yield x86.belief("L0", about, bit(kvm.vcpu.cr0))
    yield of_guest(kvm, "L1", VmcsName.VMCS01, bit)
    yield of_guest(kvm, "L2", VmcsName.VMCS02, bit)
    asked = kvm.vcpu.vmcs12
    real, mask, shadow = bit(asked.guest_cr0), bit(asked.cr0_mask), bit(asked.cr0_shadow)
    yield x86.belief(
        "L2",
        "vmcs12, by L1",
        real,
        mask=mask,
        shadow=shadow,
        reads=shadow if mask else real,
        traps=asked.exception_bitmap_nm,
    )


def of_guest(kvm: Kvm, level: str, name: VmcsName, bit: Callable[[Cr0], bool]) -> Belief:
    """What a guest reads, by the VMCS on which it runs, and what it is promised to."""
    cpu, vmcs, runs = kvm.host.cpu, kvm.host.cpu.vmcss[name], running_level(kvm) == level
    real = bit(cpu.cr0) if cpu.non_root and cpu.current == name else bit(vmcs.guest_cr0)
    mask, shadow = bit(vmcs.cr0_mask), bit(vmcs.cr0_shadow)
    return x86.belief(
        level,
        f"{name.name.lower()}, by L0",
        real,
        mask=mask,
        shadow=shadow,
        reads=shadow if mask else real,
        promised=promised_to(kvm, level, bit) if runs else None,
        traps=vmcs.exception_bitmap_nm,
        runs=runs,
    )


def promised_to(kvm: Kvm, level: str, bit: Callable[[Cr0], bool]) -> bool | None:
    """What a guest would read on the CPU of the manual, while that one is in step."""
    cpu = kvm.contract.cpu
    if kvm.contract.broken or cpu.non_root != (level == "L2"):
        return None
    vmcs = promised_vmcs(kvm)
    if level == "L2" and bit(vmcs.cr0_mask):
        return bit(vmcs.cr0_shadow)
    return bit(cpu.cr0)


L1_TITLE = "L1: what the guest hypervisor has written"
OBSERVED: Table[Machine] = Table(
    "observed",
    "observed",
    lambda kvm: (kvm.outcome, kvm.access, kvm.latest, kvm.retry, kvm.retried),
    by_code=False,
)
PROMISED: Table[Machine] = Table(
    "promised", "promised: the CPU of the manual", lambda kvm: kvm.contract, by_code=False
)

KVM: Presentation[Kvm] = Presentation(
    lanes=Lanes(
        running_level,
        (Lane("L0", "L0: host, KVM"), Lane("L1", "L1: guest"), Lane("L2", "L2: guest's guest")),
        enters="VM entry",
        leaves="VM exit",
        tells="tells L1, or launches L2, at the next entry",
    ),
    acts=acts,
    beliefs=x86.beliefs(lambda kvm: kvm.host.cpu.cr0, beliefs),
    tables=(
        Table("L0", HOST, lambda kvm: (kvm.host, kvm.vcpu)),
        Table("L1", L1_TITLE, l1_vmcs),
        OBSERVED,
        PROMISED,
    ),
    flags=Flags(
        "FPU registers",
        (
            Each(Cpu, lambda cpu: cpu.registers.owner),
            Each(Fpu, lambda fpu: fpu.has_fpu),
            Each(Vcpu, lambda vcpu: vcpu.guest_fpu_loaded),
            Each(Vcpu, lambda vcpu: vcpu.fpu_active),
            Each(Host, lambda host: host.fpu_owner_task),
            Each(Vcpu, lambda vcpu: vcpu.request_deactivate_fpu),
        ),
    ),
    promise=Promise(
        to="the guest",
        part=lambda kvm: kvm.contract,
        compared=(
            Compared(
                lambda kvm: kvm.outcome.outcome,
                lambda kvm: kvm.outcome.promised,
                within=lambda kvm: kvm.outcome,
            ),
            Compared(
                lambda kvm: kvm.outcome.read,
                lambda kvm: kvm.outcome.promised_read,
                within=lambda kvm: kvm.outcome,
            ),
            Compared(l1_vmcs, promised_vmcs, within=lambda kvm: kvm.vcpu),
        ),
        observed=lambda kvm: kvm.outcome.observed,
        broken=lambda kvm: kvm.contract.broken,
        twins=(lambda kvm: kvm.host.cpu.cr0, lambda kvm: kvm.contract.cpu.cr0),
    ),
    causes=Causes(
        hardware=lambda kvm: kvm.host.cpu,
        left_for=Each(Exit, lambda left: left.reason),
        copies=(
            *x86.COPIED,
            Each(Vcpu, lambda vcpu: vcpu.cr0),
            Each(Retry, lambda retry: retry.cr0),
        ),
        unsaid=(
            Each(Exit, lambda left: (left.reason, left.access)),
            lambda kvm: kvm.vcpu.guest_mode,
        ),
    ),
    hands=ownership.HANDS,
    headline=headline,
    registers=(
        *x86.REGISTERS,
        Each(Vcpu, lambda vcpu: (vcpu.cr0, vcpu.cr0_guest_owned_bits)),
        Each(Retry, lambda retry: retry.cr0),
    ),
    words=x86.WORDS,
)
