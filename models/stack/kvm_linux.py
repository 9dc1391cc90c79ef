"""A lazy Linux with two tasks as the guest of KVM."""

from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.exits import vmx_handle_exit
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.run import in_kvm_run
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.ownership.contents import Context
from nestproof.models.stack.execution import (
    close_section,
    goes_on,
    kernel_fpu_instruction,
    kernel_instruction,
    open_section,
    switch,
    task_image,
    user_fpu_instruction,
)
from nestproof.models.stack.host import GuestHost
from verifier.language import abstracts, assume, record, step


@record
class KvmLinux(Kvm):
    """A host with KVM, and the memory of its guest."""

    l1: GuestHost


@abstracts("Only what the host gives to the guest reaches it")
def handled_for_guest(guest: GuestHost, handled: Handled) -> None:
    """The guest goes on behind an instruction that was executed for it."""
    refused = (handled == Handled.REFUSED) | (handled == Handled.REFUSED_AND_SKIPPED)
    assert (refused | (handled == Handled.KILLED)) ^ True, "a guest kernel gets on"
    if handled == Handled.EMULATED:
        guest.complete()


@step
def handle_exit(s: KvmLinux) -> None:
    """KVM handles the exit."""
    in_kvm_run(s, Phase.EXITED)
    handled_for_guest(s.l1, vmx_handle_exit(s))


@abstracts("VMX non-root operation")
def guest_runs(s: KvmLinux) -> None:
    """Only while the physical CPU runs the guest."""
    assume(s.host.cpu.non_root)


@step
def l1_fpu_instruction(s: KvmLinux, value: bool) -> None:
    """The guest's running task executes an FPU instruction."""
    guest_runs(s)
    user_fpu_instruction(s, s.l1, value)


@step
def l1_schedule(s: KvmLinux, frequent: bool) -> None:
    """The guest's kernel switches to its other task."""
    guest_runs(s)
    switch(s.l1, frequent)


@step
def l1_kernel_instruction(s: KvmLinux) -> None:
    """The guest's kernel executes its next instruction."""
    guest_runs(s)
    kernel_instruction(s, s.l1, task_image(s.l1))


@step
def l1_kernel_fpu_begin(s: KvmLinux) -> None:
    """The guest's kernel opens an FPU section, in process context or over user mode."""
    guest_runs(s)
    goes_on(s.l1)
    open_section(s.l1)


@step
def l1_kernel_fpu_instruction(s: KvmLinux, value: bool) -> None:
    """The guest's kernel computes in its FPU section."""
    guest_runs(s)
    kernel_fpu_instruction(s, s.l1, Context.L1_KERNEL, value)


@step
def l1_kernel_fpu_end(s: KvmLinux) -> None:
    """The guest's kernel closes its FPU section."""
    guest_runs(s)
    close_section(s.l1)
