"""A CPU on a bench: L1 or L2 executes one instruction after another, until one faults or exits.

The lab's programs are such executions; it compares what they come to here with other machines.
"""

from nestproof.models.x86.cr0 import NO_BITS, Cr0
from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.manuals import SDM
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason
from nestproof.models.x86.vmx import VmxCpu, vm_entry, vm_exit
from nestproof.models.x86.vmx_instructions import execute, execute_special, read_cr0, smsw_value
from verifier.language import abstracts, manual, record, step


@record
class Intercepts:
    """The exception bitmap but for #NM, which the VMCS has; faults of operands are #PF."""

    ud: bool = False
    gp: bool = False
    pf: bool = False
    mf: bool = False


@record
class Bench:
    """A CPU, and what the last instruction or VM entry came to and the value of CR0 it read."""

    cpu: VmxCpu = VmxCpu()
    intercepts: Intercepts = Intercepts()
    outcome: Outcome = Outcome.DONE
    read: Cr0 = NO_BITS


@manual(SDM, "Exception Bitmap")
def intercepted(intercepts: Intercepts, outcome: Outcome) -> bool:
    """Whether a fault other than #NM leaves the guest."""
    match outcome:
        case Outcome.UD:
            return intercepts.ud
        case Outcome.GP:
            return intercepts.gp
        case Outcome.OPERAND:
            return intercepts.pf
        case Outcome.MF:
            return intercepts.mf
        case _:
            return False


@abstracts("What becomes of an instruction, on plain hardware and in a guest")
def settle(bench: Bench, outcome: Outcome) -> None:
    """Note it; the exit reason of every exception is that of #NM, by number."""
    bench.outcome = outcome
    if bench.cpu.non_root and intercepted(bench.intercepts, outcome):
        vm_exit(bench.cpu, ExitReason.EXCEPTION_NM)


@step
def enter(bench: Bench) -> None:
    """L1 executes VMLAUNCH or VMRESUME."""
    bench.outcome = vm_entry(bench.cpu)


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
    is_smsw = instruction == Instruction.SMSW
    bench.read = smsw_value(bench.cpu, location) if is_smsw else read_cr0(bench.cpu)
    operand = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=et, ne=ne, wp=wp, am=am, nw=nw, cd=cd, pg=pg)
    settle(bench, execute(bench.cpu, instruction, operand, location))


@step
def issue_special(bench: Bench, kind: SpecialClass) -> None:
    """The next instruction is one that `Instruction` does not name."""
    settle(bench, execute_special(bench.cpu, kind))


@step
def leave(bench: Bench) -> None:
    """The end of L2's code, or the handler of its fault: VMCALL."""
    vm_exit(bench.cpu, ExitReason.VMX_INSTRUCTION)


STEPS = (enter, issue, issue_special, leave)
