"""The lazy FPU switching that the Intel SDM describes: the smallest system, and the tutorial's.

Threads share one set of FPU registers. A switch from one thread to another leaves them as they
are and sets CR0.TS. The next FPU instruction then raises #NM, and only its handler saves the
registers for the thread that owns them and loads those of the running thread.
"""

from collections.abc import Callable, Iterator
from enum import Enum

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import FpuAccess, Latest, fpu_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86 import presentation as x86
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import Cr0, running
from nestproof.models.x86.fpu import Fault
from nestproof.models.x86.instructions import Instruction, clts, execute, mov_to_cr0, read_cr0
from nestproof.models.x86.manuals import SDM1, SDM2
from nestproof.models.x86.outcome import Outcome
from verifier.language import (
    Act,
    Belief,
    Beliefs,
    Causes,
    Family,
    Flags,
    Hands,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    assume,
    manual,
    record,
    step,
)


class Name(Enum):
    """The threads."""

    A = "A"
    B = "B"
    C = "C"


@record
class Thread:
    """A thread: its name in the ghost world of properties, and where its registers are saved."""

    context: Context = Context.KERNEL
    save_area: Contents = Contents()


def thread(context: Context) -> Thread:
    """A thread whose save area holds registers of its own."""
    return Thread(context=context, save_area=Contents(owner=context))


@record
class Machine:
    """A processor, the threads that share it, and what they wrote into its registers.

    The manual's variable "x87 FPU owner" names a thread or the kernel: `owner`, or `kernel_owns`.
    """

    cpu: Cpu = Cpu(cr0=running(mp=True, em=False, ts=True))
    threads: Family[Name, Thread] = Family(
        {
            Name.A: thread(Context.TASK_A),
            Name.B: thread(Context.TASK_B),
            Name.C: thread(Context.TASK_C),
        }
    )
    current: Name = Name.A
    owner: Name = Name.A
    kernel_owns: bool = True
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()


@step
def fpu_instruction(m: Machine, value: bool) -> None:
    """The running thread executes an FPU instruction, which writes a value or raises #NM."""
    if execute(m.cpu, Instruction.X87, Cr0()) == Outcome.NM:
        device_not_available(m)
    else:
        fpu_access(m.access, m.latest, m.cpu.registers, m.threads[m.current].context, value)


@manual(SDM1, "Interaction of x87 FPU State Saves and Floating-Point Exception Association")
def device_not_available(m: Machine) -> None:
    """Give the registers to the running thread; TS goes first, or FNSAVE would raise #NM too."""
    clts(m.cpu)
    if not m.kernel_owns:
        if m.owner == m.current:
            return
        m.kernel_owns = True
        fnsave(m, m.threads[m.owner])
    frstor(m, m.threads[m.current])
    m.owner = m.current
    m.kernel_owns = False


@manual(SDM2, "FSAVE/FNSAVE: Store x87 FPU State")
def fnsave(m: Machine, thread: Thread) -> None:
    """Save the registers; that reinitialises them."""
    assert execute(m.cpu, Instruction.X87, Cr0()) == Outcome.DONE, "FNSAVE faults in the handler"
    thread.save_area = m.cpu.registers
    m.cpu.registers = Contents()


@manual(SDM2, "FRSTOR: Restore x87 FPU State")
def frstor(m: Machine, thread: Thread) -> None:
    """Load the registers."""
    assert execute(m.cpu, Instruction.X87, Cr0()) == Outcome.DONE, "FRSTOR faults in the handler"
    m.cpu.registers = thread.save_area


@step
def switch(m: Machine, to: Name) -> None:
    """Another thread runs."""
    assume(to != m.current)
    m.current = to
    set_task_switched(m)


@manual(SDM1, "Speculatively Deferring x87 FPU Saves, General Overview")
def set_task_switched(m: Machine) -> None:
    """Read CR0, set TS, write it back."""
    mov_to_cr0(m.cpu, read_cr0(m.cpu) | Cr0(ts=True))


def acts(now: Moment[Machine]) -> Act:
    """Where #NM is raised."""
    raised = now.returned(Outcome.NM) or now.returned(Fault.NM)
    does = ownership.touches_the_registers(now, lambda machine: machine.access)
    by = "the scheduler" if now.ran(switch) else now.before.current.name
    return Act(trap="#NM" if raised else "", does=does, by=by)


def beliefs(m: Machine, bit: Callable[[Cr0], bool]) -> Iterator[Belief]:
    """What the processor has."""
    yield from x86.own_bit(m.cpu, bit, runs=False)


def headline(now: Moment[Machine]) -> Sentence | None:
    """What a thread finds in the registers."""
    return ownership.found_in_the_registers(now, lambda m: m.access)


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(lambda m: m.current.name),
    acts=acts,
    beliefs=Beliefs(lambda m: m.cpu.cr0, x86.BITS, beliefs, x86.COLUMNS, "real", "reads"),
    tables=(Table("observed", "observed", lambda m: (m.access, m.latest), by_code=False),),
    flags=Flags("FPU registers", (lambda m: (m.owner, m.current, m.cpu.registers.owner),)),
    causes=Causes(hardware=lambda m: m.cpu),
    hands=Hands("the registers", (*ownership.HANDS.fields, lambda m: m.owner)),
    headline=headline,
    registers=x86.REGISTERS,
    words=x86.WORDS,
)
"""How people are shown executions: the threads, and whose the registers are."""

CLASSIC = System(
    "native/classic",
    Machine(),
    (fpu_instruction, switch),
    summary="The Intel SDM's own lazy FPU switching: save and load when #NM says so",
    presentation=SHOWN,
)
