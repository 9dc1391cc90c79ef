"""A CPU with SVM on a bench: L1 or L2 executes one instruction after another, until one faults.

The lab's programs are such executions; it compares what they come to here with other machines.
"""

from nestproof.models.x86.bench import Intercepts, intercepted
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, Cr0
from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import LOW_WORD, Instruction, Location
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.svm import SvmCpu, execute, execute_special, vmexit, vmrun
from nestproof.models.x86.vmcb import ExitCode
from verifier.language import abstracts, record, step


@record
class SvmBench:
    """A CPU, and what the last instruction or VMRUN came to and the value of CR0 it read."""

    cpu: SvmCpu = SvmCpu()
    intercepts: Intercepts = Intercepts()
    outcome: Outcome = Outcome.DONE
    read: Cr0 = NO_BITS


@abstracts("What becomes of an instruction, on plain hardware and in a guest")
def settle(bench: SvmBench, outcome: Outcome) -> None:
    """Note it; the exit code of every exception is that of #NM, by number."""
    bench.outcome = outcome
    if bench.cpu.guest_mode and intercepted(bench.intercepts, outcome):
        vmexit(bench.cpu, ExitCode.EXCEPTION_NM)


@step
def enter(bench: SvmBench) -> None:
    """L1 executes VMRUN, at CPL 0; `cpl0` is of the guest."""
    cpu = bench.cpu
    cpl0 = cpu.cpl0
    cpu.cpl0 = True
    bench.outcome = vmrun(cpu)
    cpu.cpl0 = cpl0


@step
def issue(
    bench: SvmBench,
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
    to_memory = (instruction == Instruction.SMSW) & (location == Location.MEMORY)
    bench.read = bench.cpu.cr0 & (LOW_WORD if to_memory else ALL_BITS)
    operand = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=et, ne=ne, wp=wp, am=am, nw=nw, cd=cd, pg=pg)
    settle(bench, execute(bench.cpu, instruction, operand, location))


@step
def issue_special(bench: SvmBench, kind: SpecialClass) -> None:
    """The next instruction is one that `Instruction` does not name."""
    settle(bench, execute_special(bench.cpu, kind))


@step
def leave(bench: SvmBench) -> None:
    """The end of L2's code, or the handler of its fault: VMMCALL, which no rule has."""
    vmexit(bench.cpu, ExitCode.NONE)


STEPS = (enter, issue, issue_special, leave)
