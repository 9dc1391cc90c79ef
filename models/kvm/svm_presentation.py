"""How people are shown KVM on SVM and its guest."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nestproof.models.kvm import run
from nestproof.models.kvm.contract import Retry
from nestproof.models.kvm.machine import running_level
from nestproof.models.kvm.presentation import L1_TITLE, OBSERVED, PROMISED, chooser
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
from nestproof.models.x86.vmcb import ExitCode, Vmcb, VmcbName
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
    good,
    wrong,
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
    nested, nests = now.before.vcpu.guest_mode, now.after.vcpu.guest_mode
    if was and not runs:
        given = now.given(Each(Vmcb, lambda vmcb: vmcb.exit_code))
        why = next((code.name for code in given if code != ExitCode.NONE), "")
        return Act(f"exit {why}".rstrip(), leaves=True)
    if runs and not was:
        return Act(f"enters {running_level(now.after)}")
    if nests and not nested:
        return Act("L1 runs L2", tells="L2")
    return Act("to L1", tells="L1") if nested and not nests else Act()


def nested_beliefs(kvm: SvmKvm, bit: Callable[[Cr0], bool]) -> Iterator[Belief]:
    """The same of L1 and L2, and what L1 has asked for."""
    yield from x86.own_bit(kvm.host.cpu, bit, runs=not kvm.in_guest)
    yield x86.belief("L0", "vcpu.cr0, KVM's copy", bit(kvm.vcpu.cr0))
    vmcb, level = kvm.vmcb, running_level(kvm)
    entered = "L2" if kvm.vcpu.guest_mode else "L1"
    promised = None
    if kvm.in_guest and not kvm.contract.broken:
        promised = bit(kvm.contract.cpu.cr0)
    real = bit(kvm.host.cpu.cr0) if kvm.in_guest else bit(vmcb.cr0)
    yield x86.belief(
        entered,
        "vmcb, by L0",
        real,
        reads=bit(kvm.vcpu.cr0) if vmcb.intercept_cr0_read else real,
        promised=promised,
        traps=vmcb.intercept_nm,
        runs=level == entered,
    )
    asked = kvm.vcpu.vmcb12
    yield x86.belief("L2", "vmcb12, by L1", bit(asked.cr0), traps=asked.intercept_nm)


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
    """What the guest reads in CR0, what L1 finds of L2, and what is in the registers."""
    return (
        read_wrongly(now)
        or found_in_the_vmcb(now)
        or ownership.found_in_the_registers(now, lambda kvm: kvm.access)
        or ownership.found_by_trying(now, lambda kvm: kvm.transient)
    )


def l1_vmcb(kvm: SvmKvm) -> Vmcb:
    """L1's VMCB as KVM has it."""
    return kvm.vcpu.vmcb12


def promised_vmcb(kvm: SvmKvm) -> Vmcb:
    """L1's VMCB on the CPU of the manual."""
    return kvm.contract.cpu.vmcbs[VmcbName.VMCB01]


def found_in_the_vmcb(now: Moment[SvmKvm]) -> Sentence | None:
    """What L1 should find saved of L2, where the claim looks at it."""
    of_exit = now.judges(lambda kvm: kvm.outcome.exit_differs)
    told = now.named(lambda kvm: exit_fields(kvm.vcpu.vmcb12)) if of_exit else ()
    for one in now.differences(l1_vmcb, promised_vmcb, within=lambda kvm: kvm.vcpu):
        if one.judged or one.field in told:
            return (
                f"L1 should find {one.name}=",
                good(ownership.text(one.expected)),
                ", but it finds ",
                wrong(ownership.text(one.actual)),
            )
    return None


def exit_fields(vmcb: Vmcb) -> tuple[object, ...]:
    """What a #VMEXIT tells L1."""
    return vmcb.exit_code, vmcb.event_inj_nm


PROMISE: Promise[SvmKvm] = Promise(
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
    promise=PROMISE,
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
NESTED_SVM: Presentation[SvmKvm] = replace(
    SVM,
    lanes=Lanes(
        running_level,
        (Lane("L0", "L0: host, KVM"), Lane("L1", "L1: guest"), Lane("L2", "L2: guest's guest")),
        enters="VMRUN",
        leaves="#VMEXIT",
        tells="tells L1, or runs L2, at the next VMRUN",
    ),
    beliefs=x86.beliefs(lambda kvm: kvm.host.cpu.cr0, nested_beliefs),
    tables=(
        Table("L0", HOST, lambda kvm: (kvm.host, kvm.vcpu)),
        Table("L1", L1_TITLE, l1_vmcb),
        OBSERVED,
        PROMISED,
    ),
    promise=replace(
        PROMISE,
        compared=(
            *PROMISE.compared,
            Compared(l1_vmcb, promised_vmcb, within=lambda kvm: kvm.vcpu),
        ),
    ),
)
