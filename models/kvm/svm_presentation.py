"""How people are shown KVM on SVM and its guest."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nestproof.models.kvm import run
from nestproof.models.kvm.contract import Retry
from nestproof.models.kvm.machine import running_level
from nestproof.models.kvm.presentation import OBSERVED, PROMISED, chooser
from nestproof.models.kvm.sentences import guest, outcome, read_wrongly
from nestproof.models.kvm.svm_machine import SvmExit, SvmKvm
from nestproof.models.kvm.vcpu import Vcpu
from nestproof.models.linux.presentation import HOST, trap
from nestproof.models.linux.task import Fpu, Host
from nestproof.models.ownership import presentation as ownership
from nestproof.models.x86 import presentation as x86
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.svm import SvmCpu
from nestproof.models.x86.vmcb import ExitCode, Vmcb
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
    Sentence,
    Table,
)


def acts(now: Moment[SvmKvm]) -> Act:
    """How control moves, #NM on the way, and what the guest sees of it."""
    return replace(move(now), trap=trap(now), seen=outcome(now), does=doing(now), by=chooser(now))


def doing(now: Moment[SvmKvm]) -> str:
    """Who executes which instruction, or handles the exit of one."""
    for chosen in now.choices.values():
        if isinstance(chosen, Instruction):
            return f"{guest(now)} executes {chosen.name}"
    if now.ran(run.handle_exit):
        pending, code = now.before.contract.pending, now.before.vcpu.exit.code
        what = code if pending == Instruction.EXEMPT else pending
        return f"L0 handles {guest(now)}'s {what.name}"
    return ownership.touches_the_registers(
        now, lambda kvm: kvm.access
    ) or ownership.tries_the_registers(now, lambda kvm: kvm.transient)


def move(now: Moment[SvmKvm]) -> Act:
    """VMRUN and #VMEXIT."""
    was, runs = now.before.in_guest, now.after.in_guest
    if was and not runs:
        given = now.given(Each(Vmcb, lambda vmcb: vmcb.exit_code))
        why = next((code.name for code in given if code != ExitCode.NONE), "")
        return Act(f"exit {why}".rstrip(), leaves=True)
    return Act(f"enters {running_level(now.after)}") if runs and not was else Act()


def beliefs(kvm: SvmKvm, bit: Callable[[Cr0], bool]) -> Iterator[Belief]:
    """What the processor has, KVM remembers, and the guest reads."""
    runs = kvm.in_guest
    yield from x86.own_bit(kvm.host.cpu, bit, runs=not runs)
    yield x86.belief("L0", "vcpu.cr0, KVM's copy", bit(kvm.vcpu.cr0))
    vmcb = kvm.vmcb
    real = bit(kvm.host.cpu.cr0) if runs else bit(vmcb.cr0)
    promised = bit(kvm.contract.cpu.cr0) if runs and not kvm.contract.broken else None
    reads = bit(kvm.vcpu.cr0) if vmcb.intercept_cr0_read else real
    yield x86.belief(
        "L1",
        "vmcb, by L0",
        real,
        reads=reads,
        promised=promised,
        traps=vmcb.intercept_nm,
        runs=runs,
    )


def headline(now: Moment[SvmKvm]) -> Sentence | None:
    """What the guest reads in CR0, and what is in the registers."""
    return (
        read_wrongly(now)
        or ownership.found_in_the_registers(now, lambda kvm: kvm.access)
        or ownership.found_by_trying(now, lambda kvm: kvm.transient)
    )


SVM: Presentation[SvmKvm] = Presentation(
    lanes=Lanes(
        running_level,
        (Lane("L0", "L0: host, KVM"), Lane("L1", "L1: guest")),
        enters="VMRUN",
        leaves="#VMEXIT",
    ),
    acts=acts,
    beliefs=x86.beliefs(lambda kvm: kvm.host.cpu.cr0, beliefs),
    tables=(Table("L0", HOST, lambda kvm: (kvm.host, kvm.vcpu)), OBSERVED, PROMISED),
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
        ),
        observed=lambda kvm: kvm.outcome.observed,
        broken=lambda kvm: kvm.contract.broken,
        twins=(lambda kvm: kvm.host.cpu.cr0, lambda kvm: kvm.contract.cpu.cr0),
    ),
    causes=Causes(
        hardware=lambda kvm: kvm.host.cpu,
        left_for=Each(SvmExit, lambda left: left.code),
        copies=(
            Each(Cpu, lambda cpu: cpu.cr0),
            Each(SvmCpu, lambda cpu: cpu.host_cr0),
            Each(Vmcb, lambda vmcb: vmcb.cr0),
            Each(Vcpu, lambda vcpu: vcpu.cr0),
            Each(Retry, lambda retry: retry.cr0),
        ),
        unsaid=(Each(SvmExit, lambda left: (left.code, left.instruction)),),
    ),
    hands=ownership.HANDS,
    headline=headline,
    registers=(
        Each(Cpu, lambda cpu: cpu.cr0),
        Each(SvmCpu, lambda cpu: cpu.host_cr0),
        Each(Vmcb, lambda vmcb: vmcb.cr0),
        Each(Vcpu, lambda vcpu: (vcpu.cr0, vcpu.cr0_guest_owned_bits)),
        Each(Retry, lambda retry: retry.cr0),
    ),
    words=x86.WORDS,
)
