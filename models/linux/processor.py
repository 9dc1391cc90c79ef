"""What happens on a processor under Linux: user code, interrupts, kernel FPU users, switches.

Between two steps anything else can happen: an interrupt wherever the source has interrupts on, a
task switch wherever it has preemption on. What happens to tasks elsewhere is in elsewhere.py.
"""

from nestproof.models.linux.context import can_be_left, opening
from nestproof.models.linux.native import Bare
from nestproof.models.linux.task import Interrupt, Linux, Place, TaskName
from nestproof.models.ownership.access import fpu_access, fpu_write, transient_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from verifier.language import abstracts, assume, observer, step


@abstracts("Process context: no interrupt handler runs")
def in_process(s: Bare, place: Place) -> bool:
    """Whether the running task itself stands at a place."""
    return (s.host.this_cpu.interrupt == Interrupt.NONE) & (s.host.running.place == place)


@step
def fpu_instruction(s: Bare, value: bool) -> None:
    """The running task executes an FPU instruction in user mode."""
    assume(in_process(s, Place.USER))
    transient_access(s.transient, s.host.this_cpu.cpu.registers, s.host.running.context)
    if s.host.execute(Instruction.SSE) == Outcome.NM:
        s.host.era.do_device_not_available(s.host)
    else:
        fpu_access(s.access, s.latest, s.host.this_cpu.cpu.registers, s.host.running.context, value)


@step
def allocate(s: Bare) -> None:
    """The allocation of a first use, which may have slept, is done."""
    assume(in_process(s, Place.ALLOCATING))
    s.host.era.init_fpu(s.host.running)
    s.host.running.place = Place.ALLOCATED


@step
def finish_nm(s: Bare) -> None:
    """The #NM handler of a first use goes on with interrupts off."""
    assume(in_process(s, Place.ALLOCATED))
    s.host.era.finish_device_not_available(s.host)


@step
def fpu_fault(s: Bare) -> None:
    """An FPU instruction of the running task raises #MF or #XM; interrupts are enabled."""
    assume(in_process(s, Place.USER))
    assume(s.host.execute(Instruction.SSE) == Outcome.DONE)
    s.host.running.place = Place.FAULTED


@step
def math_error(s: Bare) -> None:
    """The handler saves the registers, to read from the image what was wrong."""
    assume(in_process(s, Place.FAULTED))
    s.host.running.place = Place.KERNEL
    s.host.era.math_error(s.host)


@step
def enter_kernel(s: Bare) -> None:
    """The running task makes a system call."""
    assume(in_process(s, Place.USER))
    s.host.running.place = Place.KERNEL


@step
def leave_kernel(s: Bare) -> None:
    """The running task returns to user mode."""
    assume(in_process(s, Place.KERNEL))
    assume(s.host.running.used_math | s.host.era.lazy)
    s.host.running.place = Place.USER


@step
def kernel_fpu_begin(s: Bare) -> None:
    """The kernel begins to open an FPU section in process context."""
    assume(in_process(s, Place.KERNEL))
    s.host.running.place = s.host.era.kernel_fpu_begin_save(s.host)


@step
def kernel_fpu_load(s: Bare, value: bool) -> None:
    """The kernel has opened its FPU section and loads registers of its own."""
    found = s.host.running.place
    assume((s.host.this_cpu.interrupt == Interrupt.NONE) & opening(found))
    s.host.era.kernel_fpu_begin_rest(s.host, found)
    s.host.running.place = Place.KERNEL_FPU
    fpu_write(s.latest_of_kernel, s.host.this_cpu.cpu.registers, Context.KERNEL, value)


@step
def kernel_fpu_use(s: Bare, value: bool) -> None:
    """The kernel computes in its FPU section."""
    assume(in_process(s, Place.KERNEL_FPU))
    kernel_access(s, Context.KERNEL, value)


@step
def kernel_fpu_end(s: Bare) -> None:
    """The kernel closes its FPU section."""
    assume(in_process(s, Place.KERNEL_FPU))
    s.host.era.kernel_fpu_end(s.host)
    s.host.running.place = Place.KERNEL


@step
def kernel_fpu_in_page_fault(s: Bare) -> None:
    """Memory that the running task waits for comes through code that uses the FPU."""
    waits = in_process(s, Place.FRAME_CHOSEN) | in_process(s, Place.RETURN_OWNED)
    assume(waits | in_process(s, Place.ALLOCATING))
    s.host.era.kernel_fpu_begin(s.host)
    clobber(s)
    s.host.era.kernel_fpu_end(s.host)


@step
def dump_fpu(s: Bare) -> None:
    """A core dump or a fork makes the kernel save the registers of the running task."""
    assume(in_process(s, Place.KERNEL))
    s.host.era.unlazy_fpu(s.host)


@step
def fpu_save_rest(s: Bare) -> None:
    """The kernel loads the registers that it has saved, and destroyed by that."""
    assume(in_process(s, Place.SAVE_DESTROYED))
    s.host.era.unlazy_fpu_rest(s.host)
    s.host.running.place = Place.KERNEL


@abstracts("An FPU instruction inside a kernel FPU section")
def kernel_access(s: Bare, context: Context, value: bool) -> None:
    """Access the registers, or trap where the section has lost them."""
    if s.host.execute(Instruction.SSE) == Outcome.NM:
        s.host.did.trapped = True
        s.host.era.do_device_not_available(s.host)
    else:
        fpu_access(s.access, s.latest_of_kernel, s.host.this_cpu.cpu.registers, context, value)


@abstracts("What get_irq_regs() shows an interrupt that arrives now")
def interrupted(host: Linux) -> Interrupt:
    """User mode only where the running task stands there and no handler runs."""
    if (host.this_cpu.interrupt == Interrupt.NONE) & (host.running.place == Place.USER):
        return Interrupt.FROM_USER
    return Interrupt.FROM_KERNEL


@abstracts("What uses the FPU in interrupts wants XMM registers, which come with FXSAVE")
def interrupts_use_fpu(s: Bare) -> bool:
    """Where an eager kernel saves with FNSAVE no interrupt handler that we know uses the FPU."""
    return s.host.era.lazy | (s.host.save_destroys ^ True) | s.fnsave_in_interrupts


@step
def hardirq(s: Bare) -> None:
    """An interrupt handler uses the FPU, if it may, with interrupts off."""
    before = s.host.this_cpu.interrupt
    assume(interrupts_use_fpu(s))
    s.host.this_cpu.interrupt = interrupted(s.host)
    assume(s.host.era.irq_fpu_usable(s.host))
    s.host.era.kernel_fpu_begin(s.host)
    clobber(s)
    s.host.era.kernel_fpu_end(s.host)
    s.host.this_cpu.interrupt = before


@observer("A section that nothing can interrupt leaves contents that nobody looks for")
def clobber(s: Bare) -> None:
    """Fill the registers with the kernel's contents."""
    s.host.this_cpu.cpu.registers = Contents(owner=Context.INTERRUPT)


@step
def softirq_begin(s: Bare, value: bool) -> None:
    """A softirq at the end of an interrupt opens an FPU section, if it may."""
    assume(s.host.this_cpu.interrupt == Interrupt.NONE)
    s.host.this_cpu.interrupt = interrupted(s.host)
    softirq(s, value)


@step
def softirq_without_registers(s: Bare, value: bool) -> None:
    """A softirq of local_bh_enable or of a function-call interrupt opens a section, if it may."""
    assume(s.host.this_cpu.interrupt == Interrupt.NONE)
    s.host.this_cpu.interrupt = Interrupt.NO_REGISTERS
    softirq(s, value)


@abstracts("A softirq handler such as a cipher's or a checksum's")
def softirq(s: Bare, value: bool) -> None:
    """Open an FPU section in a softirq; hardware interrupts stay on."""
    assume(interrupts_use_fpu(s))
    assume(s.host.era.irq_fpu_usable(s.host))
    s.host.era.kernel_fpu_begin(s.host)
    fpu_write(s.latest_of_kernel, s.host.this_cpu.cpu.registers, Context.INTERRUPT, value)


@step
def softirq_use(s: Bare, value: bool) -> None:
    """The softirq computes in its FPU section."""
    assume(s.host.this_cpu.interrupt != Interrupt.NONE)
    kernel_access(s, Context.INTERRUPT, value)


@step
def softirq_end(s: Bare) -> None:
    """The softirq closes its FPU section."""
    assume(s.host.this_cpu.interrupt != Interrupt.NONE)
    s.host.era.kernel_fpu_end(s.host)
    s.host.this_cpu.interrupt = Interrupt.NONE


@step
def schedule(s: Bare, to: TaskName, frequent: bool) -> None:
    """Another task runs, where preemption is on or, without CONFIG_PREEMPT, where one sleeps."""
    assume(can_be_left(s.host) & (s.host.this_cpu.current != to))
    s.host.era.switch_to(s.host, to, frequent)


@step
def x87_exception(s: Bare, pending: bool) -> None:
    """An unmasked x87 exception becomes pending or is cleared."""
    s.host.save_destroys = pending


def running_task(bare: Bare) -> str:
    """Whose turn it is, for people who read traces."""
    return f"task {bare.host.this_cpu.current.value}"
