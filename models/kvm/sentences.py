"""What somebody sees of a step of KVM, in words: outcomes, bits that are read, what L1 finds."""

from collections.abc import Mapping

from nestproof.models.kvm.machine import Kvm, Machine
from nestproof.models.ownership import presentation as ownership
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import Vmcs, VmcsName
from verifier.language import Moment, Seen, Sentence, good, wrong

OUTCOMES = {
    Outcome.DONE: ("complete", "completes"),
    Outcome.EXIT: ("exit to L1", "exits to L1"),
    Outcome.NM: ("raise #NM", "raises #NM"),
    Outcome.UD: ("raise #UD", "raises #UD"),
    Outcome.GP: ("raise #GP", "raises #GP"),
    Outcome.GP_BEHIND: ("raise #GP behind itself", "raises #GP behind itself"),
    Outcome.MF: ("raise #MF", "raises #MF"),
    Outcome.VMFAIL: ("be refused by the CPU", "is refused by the CPU"),
}
ENTRIES = {
    Outcome.DONE: ("enter L2 with no event", "enters L2 with no event"),
    Outcome.NM: ("inject #NM into L2", "injects #NM into L2"),
    Outcome.EXIT: ("exit to L1 at once", "exits to L1 at once"),
    Outcome.VMFAIL: OUTCOMES[Outcome.VMFAIL],
}
"""The outcomes of a VM entry."""


def guest(now: Moment[Machine]) -> str:
    """Who runs on the virtual CPU."""
    return "L2" if now.before.vcpu.guest_mode else "L1"


def outcome(now: Moment[Machine]) -> Seen | None:
    """What the guest saw of an instruction, or L1 of a VM entry."""
    seen = now.after.outcome
    if not seen.observed and seen.outcome == seen.promised:
        return None
    entry = bool(now.given(lambda kvm: kvm.outcome.promised))
    entry = entry and not now.given(lambda kvm: kvm.outcome.instruction)
    known: Mapping[Outcome, tuple[str, str]] = ENTRIES if entry else OUTCOMES
    should, does = (
        known.get(each, (each.name, each.name)) for each in (seen.promised, seen.outcome)
    )
    return Seen(
        guest(now),
        "VM entry" if entry else seen.instruction.name,
        seen.outcome.name,
        seen.promised.name,
        does=does[1],
        should=should[0],
        by_code=not entry,
    )


def headline(now: Moment[Kvm]) -> Sentence | None:
    """What the guest reads in CR0, what L1 finds of L2, and what is in the registers."""
    return (
        read_wrongly(now)
        or found_in_the_vmcs(now)
        or ownership.found_in_the_registers(now, lambda kvm: kvm.access)
        or ownership.found_by_trying(now, lambda kvm: kvm.transient)
    )


def read_wrongly(now: Moment[Machine]) -> Sentence | None:
    """What bit a guest should have read, where the claim looks at it."""
    read = now.after.outcome
    bits = now.differences(
        lambda kvm: kvm.outcome.read,
        lambda kvm: kvm.outcome.promised_read,
        within=lambda kvm: kvm.outcome.read,
    )
    for bit in bits:
        if bit.judged and read.observed:
            return (
                f"{guest(now)}'s {read.instruction.name} should read ",
                good(f"{bit.name}={ownership.text(bit.expected)}"),
                ", but it reads ",
                wrong(f"{bit.name}={ownership.text(bit.actual)}"),
            )
    return None


def found_in_the_vmcs(now: Moment[Kvm]) -> Sentence | None:
    """What L1 should find saved of L2, where the claim looks at it."""
    of_exit = now.judges(lambda kvm: kvm.outcome.exit_differs)
    told = now.named(lambda kvm: exit_fields(kvm.vcpu.vmcs12)) if of_exit else ()
    for one in now.differences(l1_vmcs, promised_vmcs, within=lambda kvm: kvm.vcpu):
        if one.judged or one.field in told:
            return (
                f"L1 should find {one.name}=",
                good(ownership.text(one.expected)),
                ", but it finds ",
                wrong(ownership.text(one.actual)),
            )
    return None


def exit_fields(vmcs: Vmcs) -> tuple[object, ...]:
    """What a VM exit tells L1."""
    return vmcs.exit_reason, vmcs.exit_access, vmcs.exit_operand, vmcs.exit_location


def l1_vmcs(kvm: Kvm) -> Vmcs:
    """L1's VMCS as KVM has it."""
    return kvm.vcpu.vmcs12


def promised_vmcs(kvm: Kvm) -> Vmcs:
    """L1's VMCS on the CPU of the manual."""
    return kvm.contract.cpu.vmcss[VmcsName.VMCS01]
