"""A host, its one virtual CPU, and what properties remember about them."""

from nestproof.models.kvm.contract import Contract, GuestOutcome, Retried, Retry, VmxContract
from nestproof.models.kvm.ops import X86Ops
from nestproof.models.kvm.vcpu import Vcpu, VmxVcpu
from nestproof.models.linux.task import Host, TaskName
from nestproof.models.ownership.access import FpuAccess, Latest, TransientAccess
from nestproof.models.x86.cr0 import NO_BITS, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason, Vmcs
from nestproof.models.x86.vmx import VmxCpu, vm_entry, vm_exit
from nestproof.models.x86.vmx_instructions import execute, read_cr0
from verifier.language import record

VMM = TaskName.A
"""The thread that runs the virtual CPU."""
OTHER = TaskName.B
"""Whatever else the host runs."""


@record
class VmxHost(Host):
    """Linux on a processor with VMX."""

    cpu: VmxCpu = VmxCpu()

    def execute(self, instruction: Instruction, operand: Cr0 = NO_BITS) -> Outcome:
        """Execute one instruction, in VMX root operation."""
        return execute(self.cpu, instruction, operand)

    def vmlaunch(self) -> Outcome:
        """Execute VMLAUNCH or VMRESUME on the current VMCS."""
        return vm_entry(self.cpu)


@record
class Machine:
    """The state of every KVM system; task A of the host is the virtual CPU's thread.

    What depends on the vendor is in `ops`, as far as KVM does it, and in methods, as far as the
    hardware does.
    """

    ops: X86Ops
    host: Host
    vcpu: Vcpu
    contract: Contract = Contract()
    outcome: GuestOutcome = GuestOutcome()
    retry: Retry = Retry()
    retried: Retried = Retried()
    access: FpuAccess = FpuAccess()
    transient: TransientAccess = TransientAccess()
    latest: Latest = Latest()

    @property
    def runs_thread(self) -> bool:
        """Whether the thread of the virtual CPU runs."""
        return self.host.current == VMM

    @property
    def runs_task(self) -> bool:
        """Whether one of the host's tasks runs, of which this system has two."""
        return self.host.current != TaskName.C

    @property
    def in_guest(self) -> bool:
        """Whether the processor runs a guest."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    @property
    def guest_cr0(self) -> Cr0:
        """The CR0 with which the guest was left, and will be entered."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    @property
    def emulated_operand(self) -> Cr0:
        """The operand of the instruction of an exit that KVM handles."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    @property
    def emulated_read(self) -> Cr0:
        """What it reads, if it reads CR0."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    def execute(self, instruction: Instruction, operand: Cr0) -> Outcome:
        """Execute an instruction of the guest."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    def read_cr0(self) -> Cr0:
        """What the guest reads where that does not exit."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    def interrupt(self) -> None:
        """Leave the guest for a hardware interrupt."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    def promise(self, instruction: Instruction, operand: Cr0) -> Outcome:
        """Execute the instruction on the contract CPU."""
        raise AssertionError("a processor without VMX and SVM runs no guest")

    def promised_read(self) -> Cr0:
        """What the guest reads on the contract CPU."""
        raise AssertionError("a processor without VMX and SVM runs no guest")


@record
class Kvm(Machine):
    """KVM on VMX."""

    host: VmxHost
    vcpu: VmxVcpu
    contract: VmxContract = VmxContract()

    @property
    def vmcs(self) -> Vmcs:
        """The VMCS that is loaded, current or not: vmcs01, or vmcs02 while L2 runs."""
        return self.host.cpu.vmcs

    @property
    def in_guest(self) -> bool:
        """VMX non-root operation."""
        return self.host.cpu.non_root

    @property
    def guest_cr0(self) -> Cr0:
        """GUEST_CR0 of the VMCS that is loaded."""
        return self.vmcs.guest_cr0

    @property
    def emulated_operand(self) -> Cr0:
        """The operand of the instruction of an exit that KVM handles."""
        return self.vcpu.exit.operand

    @property
    def emulated_read(self) -> Cr0:
        """No exit is for a read of CR0."""
        return self.contract.cpu.cr0

    def execute(self, instruction: Instruction, operand: Cr0) -> Outcome:
        """Execute an instruction in VMX non-root operation."""
        return execute(self.host.cpu, instruction, operand)

    def read_cr0(self) -> Cr0:
        """What the guest reads."""
        return read_cr0(self.host.cpu)

    def interrupt(self) -> None:
        """Leave the guest for a hardware interrupt."""
        vm_exit(self.host.cpu, ExitReason.EXTERNAL_INTERRUPT)

    def promise(self, instruction: Instruction, operand: Cr0) -> Outcome:
        """Execute the instruction on the contract CPU; where its operand is matters in exits."""
        return execute(self.contract.cpu, instruction, operand, self.vcpu.exit.location)

    def promised_read(self) -> Cr0:
        """What the guest reads on the contract CPU."""
        return read_cr0(self.contract.cpu)


@record
class TwoGuests(Kvm):
    """Two virtual machines on one processor; tasks A and B are the threads of their virtual CPUs.

    `vcpu` is that of the thread that runs or ran last, `waiting` the other. VMCS02 is the other
    machine's. Task C is whatever else the host runs.
    """

    waiting: VmxVcpu

    @property
    def runs_thread(self) -> bool:
        """Whether one of the two threads runs."""
        return self.host.current != TaskName.C

    @property
    def runs_task(self) -> bool:
        """Always."""
        return True


def running_level(kvm: Machine) -> str:
    """Whose code the processor runs, for people who read traces."""
    if not kvm.in_guest:
        return "L0"
    return "L2" if kvm.vcpu.guest_mode else "L1"
