"""KVM on SVM: its host, its virtual CPU, and the CPU that the guest is promised."""

from nestproof.models.kvm.contract import Contract
from nestproof.models.kvm.machine import Machine
from nestproof.models.kvm.nested_svm_era import V3_12, NestedSvmEra
from nestproof.models.kvm.vcpu import Vcpu
from nestproof.models.linux.task import Host
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.svm import SvmCpu, execute, vmexit, vmrun
from nestproof.models.x86.vmcb import ExitCode, Vmcb
from verifier.language import ghost, record


@record
class SvmHost(Host):
    """Linux on a processor with SVM."""

    cpu: SvmCpu = SvmCpu()

    def execute(self, instruction: Instruction, operand: Cr0 = NO_BITS) -> Outcome:
        """Execute one instruction, outside of guests."""
        return execute(self.cpu, instruction, operand)

    def vmrun(self) -> Outcome:
        """Execute VMRUN on the current VMCB."""
        return vmrun(self.cpu)


@record
class SvmExit:
    """The exit code, the instruction that KVM's emulator finds where the guest was left, and its
    operand, in a register or in memory."""

    code: ExitCode = ExitCode.NONE
    instruction: Instruction = Instruction.EXEMPT
    operand: Cr0 = RUNNING


@record
class SvmVcpu(Vcpu):
    """struct vcpu_svm.

    `vmcb12` is L1's VMCB in its memory. `hsave` is what is saved of the VMCB while L2 runs on it.
    """

    exit: SvmExit = SvmExit()
    nested_era: NestedSvmEra = V3_12
    nested_run_pending: bool = False
    hsave: Vmcb = Vmcb()
    vmcb12: Vmcb = Vmcb()


@ghost
class SvmContract(Contract):
    """With SVM."""

    cpu: SvmCpu = SvmCpu()


@record
class SvmKvm(Machine):
    """KVM on SVM."""

    host: SvmHost
    vcpu: SvmVcpu
    contract: SvmContract = SvmContract()

    @property
    def vmcb(self) -> Vmcb:
        """The VMCB of the guest that runs: svm->vmcb."""
        return self.host.cpu.vmcb

    @property
    def in_guest(self) -> bool:
        """Guest mode."""
        return self.host.cpu.guest_mode

    @property
    def guest_cr0(self) -> Cr0:
        """CR0 of the VMCB."""
        return self.vmcb.cr0

    @property
    def emulated_operand(self) -> Cr0:
        """The operand of the instruction of an exit that KVM handles."""
        return self.vcpu.exit.operand

    @property
    def emulated_read(self) -> Cr0:
        """What kvm_read_cr0 returns."""
        return self.vcpu.cr0

    def execute(self, instruction: Instruction, operand: Cr0) -> Outcome:
        """Execute an instruction in guest mode."""
        return execute(self.host.cpu, instruction, operand)

    def read_cr0(self) -> Cr0:
        """What the guest reads where reads are not intercepted: the real CR0."""
        return self.host.cpu.cr0

    def interrupt(self) -> None:
        """Leave the guest for a hardware interrupt."""
        vmexit(self.host.cpu, ExitCode.INTR)

    def promise(self, instruction: Instruction, operand: Cr0) -> Outcome:
        """Execute the instruction on the contract CPU."""
        return execute(self.contract.cpu, instruction, operand)

    def promised_read(self) -> Cr0:
        """What the guest reads on the contract CPU."""
        return self.contract.cpu.cr0
