"""KVM on a bench: L1 or L2 executes one instruction after another, and KVM handles what exits.

The lab's programs are such executions; it compares what they come to here with a running KVM.
"""

from nestproof.models.kvm.contract import Handled, VmxContract
from nestproof.models.kvm.exits import vmx_handle_exit
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.nested import reflect
from nestproof.models.kvm.run import (
    check_requests,
    in_kvm_run,
    kvm_run,
    leave_guest,
    vcpu_enter_guest,
)
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.bench import Intercepts, intercepted
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason
from nestproof.models.x86.vmx import vm_exit
from nestproof.models.x86.vmx_instructions import execute, execute_special, read_cr0, smsw_value
from verifier.language import abstracts, assume, record, step


@record
class Bench(Kvm):
    """KVM, what the last instruction or VM entry has come to, and the value of CR0 it read.

    `intercepts` is of L1's exception bitmap what VMCS12 has not; `intercepted` says that the exit
    which KVM is to handle is one of these. `handled` is what KVM did about the last one.
    """

    intercepts: Intercepts = Intercepts()
    intercepted: bool = False
    handled: Handled = Handled.NOTHING
    became: Outcome = Outcome.DONE
    read: Cr0 = NO_BITS


def on_bench(kvm: Kvm) -> Bench:
    """A system's start; its contract has nothing to say, as programs are compared afterwards."""
    return Bench(ops=kvm.ops, host=kvm.host, vcpu=kvm.vcpu, contract=VmxContract(broken=True))


@abstracts("A fault that L1 intercepts leaves L2, as any exit leaves a guest")
def settle(bench: Bench, outcome: Outcome) -> None:
    """Note what an instruction has come to; KVM handles the exit later if it is one."""
    cpu = bench.host.cpu
    bench.became = outcome
    if bench.vcpu.guest_mode and intercepted(bench.intercepts, outcome):
        vm_exit(cpu, ExitReason.EXCEPTION_NM)
        bench.intercepted = True
    if not cpu.non_root:
        leave_guest(bench, Instruction.EXEMPT, RUNNING)
        bench.vcpu.exit.operand = bench.vmcs.exit_operand


@step
def issue(
    bench: Bench,
    instruction: Instruction,
    location: Location,
    pe: bool,
    mp: bool,
    em: bool,
    ts: bool,
    et: bool,
    ne: bool,
    wp: bool,
    am: bool,
    nw: bool,
    cd: bool,
    pg: bool,
) -> None:
    """The next instruction of L1's or L2's code: whoever of them runs."""
    cpu = bench.host.cpu
    assume(cpu.non_root)
    is_smsw = instruction == Instruction.SMSW
    bench.read = smsw_value(cpu, location) if is_smsw else read_cr0(cpu)
    operand = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=et, ne=ne, wp=wp, am=am, nw=nw, cd=cd, pg=pg)
    settle(bench, execute(cpu, instruction, operand, location))


@step
def issue_special(bench: Bench, kind: SpecialClass) -> None:
    """The next instruction is one that `Instruction` does not name."""
    assume(bench.host.cpu.non_root)
    settle(bench, execute_special(bench.host.cpu, kind))


@step
def issue_vmx(bench: Bench) -> None:
    """L1 executes VMLAUNCH or VMRESUME; L2, at the end of its code or in a handler, VMCALL."""
    assume(bench.host.cpu.non_root)
    settle(bench, vm_exit(bench.host.cpu, ExitReason.VMX_INSTRUCTION))


@step
def handle(bench: Bench) -> None:
    """KVM handles the exit; whether an exit of L2's goes to L1 is asked of #NM's bit alone."""
    in_kvm_run(bench, Phase.EXITED)
    vcpu = bench.vcpu
    refused = vcpu.fail
    if bench.intercepted:
        bench.intercepted = False
        vcpu.phase = Phase.LOOP
        reflect(bench)
        bench.handled = Handled.TO_L1
    else:
        bench.handled = vmx_handle_exit(bench)
    if refused:
        bench.became = Outcome.VMFAIL
    else:
        note(bench)


@abstracts("What an exit comes to, which KVM has handled, for the code that has made it")
def note(bench: Bench) -> None:
    """A #GP that KVM injects into L2 is L1's, if L1 intercepts it."""
    match bench.handled:
        case Handled.EMULATED:
            bench.became = Outcome.DONE
        case Handled.REFUSED:
            bench.became = Outcome.GP
            if bench.vcpu.guest_mode and bench.intercepts.gp:
                bench.vcpu.exit.reason = ExitReason.EXCEPTION_NM
                reflect(bench)
        case Handled.REFUSED_AND_SKIPPED:
            bench.became = Outcome.GP_BEHIND
        case _:
            pass


STEPS = (kvm_run, check_requests, vcpu_enter_guest, issue, issue_special, issue_vmx, handle)
