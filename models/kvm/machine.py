"""A host, its one virtual CPU, and what properties remember about them."""

from nestproof.models.kvm.contract import Contract, GuestOutcome, Retried, Retry
from nestproof.models.kvm.vcpu import Vcpu
from nestproof.models.linux.task import Host, TaskName
from nestproof.models.ownership.access import FpuAccess, Latest, TransientAccess
from nestproof.models.x86.cr0 import NO_BITS, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import Vmcs
from nestproof.models.x86.vmx import VmxCpu, vm_entry
from nestproof.models.x86.vmx_instructions import execute
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
class Kvm:
    """The state of every KVM system; task A of the host is the virtual CPU's thread."""

    host: VmxHost
    vcpu: Vcpu
    contract: Contract = Contract()
    outcome: GuestOutcome = GuestOutcome()
    retry: Retry = Retry()
    retried: Retried = Retried()
    access: FpuAccess = FpuAccess()
    transient: TransientAccess = TransientAccess()
    latest: Latest = Latest()

    @property
    def vmcs(self) -> Vmcs:
        """The VMCS that is loaded, current or not: vmcs01, or vmcs02 while L2 runs."""
        return self.host.cpu.vmcs

    @property
    def runs_thread(self) -> bool:
        """Whether the thread of the virtual CPU runs."""
        return self.host.current == VMM

    @property
    def runs_task(self) -> bool:
        """Whether one of the host's tasks runs, of which this system has two."""
        return self.host.current != TaskName.C


@record
class TwoGuests(Kvm):
    """Two virtual machines on one processor; tasks A and B are the threads of their virtual CPUs.

    `vcpu` is that of the thread that runs or ran last, `waiting` the other. VMCS02 is the other
    machine's. Task C is whatever else the host runs.
    """

    waiting: Vcpu

    @property
    def runs_thread(self) -> bool:
        """Whether one of the two threads runs."""
        return self.host.current != TaskName.C

    @property
    def runs_task(self) -> bool:
        """Always."""
        return True


def running_level(kvm: Kvm) -> str:
    """Whose code the processor runs, for people who read traces."""
    if not kvm.host.cpu.non_root:
        return "L0"
    return "L2" if kvm.vcpu.guest_mode else "L1"
