"""What Linux remembers about tasks, their FPU state and the processor that they share."""

from enum import Enum

from nestproof.models.linux.era import Era
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86 import instructions as x86
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import NO_BITS, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from verifier.language import Family, event, record


class TaskName(Enum):
    """The tasks of a host."""

    A = "A"
    B = "B"
    C = "C"


class Owner(Enum):
    """Whom fpu_owner_task (fpu_fpregs_owner_ctx since v4.2) of this processor names."""

    NOBODY = "nobody"
    A = "A"
    B = "B"
    C = "C"


class CpuName(Enum):
    """The processors of a host."""

    CPU0 = "CPU 0"
    CPU1 = "CPU 1"


class Place(Enum):
    """Where a task stands; except in kernel FPU sections and interrupts it can be preempted.

    USER: it runs in user mode. KERNEL: in a system call. ALLOCATING: its #NM handler allocates the
    state of a first use and may sleep. ALLOCATED: it has done so, interrupts are not off again.
    SIGNALLED: it has a SIGSEGV pending, which it gets before it is in user mode again.
    FAULTED: its handler of #MF or #XM has enabled interrupts, and nothing else.
    FPU_SAVED, FPU_FREE: kernel_fpu_begin has found registers of the task's, or none, and has done
    the first of two things about it. KERNEL_FPU: in the section. SAVE_DESTROYED: fpu__save has
    saved registers and destroyed them by that. The others are places inside signal delivery
    (FRAME), exec and what both do to start afresh, and signal return (RETURN), each named for what
    has just been done; UNWANTED: exec has cleared fpu_counter, or a frame was no good. DEAD: it has
    ended, and a new one may get its memory once it is switched out.
    """

    USER = "user"
    KERNEL = "kernel"
    ALLOCATING = "allocating"
    ALLOCATED = "allocated"
    SIGNALLED = "SIGSEGV pending"
    FAULTED = "math_error, interrupts on"
    FPU_SAVED = "kernel_fpu_begin, saved"
    FPU_FREE = "kernel_fpu_begin, nothing to save"
    KERNEL_FPU = "kernel FPU section"
    SAVE_DESTROYED = "fpu__save, registers destroyed"
    FRAME_CHOSEN = "signal, registers to be saved"
    FRAME_SAVED = "signal, frame saved"
    UNWANTED = "registers to be dropped"
    FLAG_CLEARED = "has_fpu cleared"
    DROPPED = "registers dropped"
    INITIALISED = "image initialised"
    OWNED = "registers taken"
    FRESH = "state afresh"
    RETURN_USED = "sigreturn, used_math set"
    RETURN_TS_CLEARED = "sigreturn, TS cleared"
    RETURN_OWNED = "sigreturn, registers taken"
    RESTORING = "kernel_fpu_end, registers marked"
    RETURN_DROPPED = "sigreturn, state dropped"
    RETURN_COPIED = "sigreturn, frame copied"
    RETURN_MARKED = "sigreturn, registers marked"
    DEAD = "ended"


class Interrupt(Enum):
    """What in_interrupt() and get_irq_regs() say.

    NONE: process context. FROM_USER, FROM_KERNEL: an interrupt that arrived in that mode, or the
    softirqs at its end. NO_REGISTERS: softirqs that local_bh_enable runs, or that run at the end of
    an interrupt whose handler does not call set_irq_regs, such as smp_call_function_interrupt.
    """

    NONE = "none"
    FROM_USER = "from user"
    FROM_KERNEL = "from kernel"
    NO_REGISTERS = "no registers"


class Image(Enum):
    """Which image in its memory a kernel names to a processor that executes later."""

    TASK_A = "task A"
    TASK_B = "task B"
    GUEST = "the guest of this kernel's KVM"


@record
class Fpu:
    """struct fpu: a memory image and what is remembered about it.

    `has_fpu` is TS_USEDFPU of thread_info.status until v3.2, has_fpu until v4.1 and fpregs_active
    from v4.2; from v5.2 it says that the task runs and its TIF_NEED_FPU_LOAD is clear. `last_cpu`
    says that last_cpu names a processor of the host, which is `cpu`. `image` is this image's name,
    where one is needed. `refused`: a reserved bit of the XSAVE header is set, so that XRSTOR raises
    #GP; XSAVE writes no part of the header but XSTATE_BV.
    """

    has_fpu: bool = False
    last_cpu: bool = False
    cpu: CpuName = CpuName.CPU0
    image: Image = Image.TASK_A
    refused: bool = False
    state: Contents = Contents()

    def was_last_on(self, cpu: CpuName) -> bool:
        """Whether last_cpu names this processor."""
        return self.last_cpu & (self.cpu == cpu)

    def set_last_cpu(self, cpu: CpuName, valid: bool) -> None:
        """Set last_cpu, to a number that no processor has where it is not valid."""
        self.last_cpu = valid
        self.cpu = cpu


@record
class Task:
    """task_struct, as far as the FPU goes.

    `used_math` is PF_USED_MATH until v4.1 and fpstate_active from v4.2. `fpu_counter` says that
    fpu_counter is not 0. Whether it is then above 5 is a choice at each use, which allows
    everything that counting allows. `context` names the owner of this task's register contents.
    """

    context: Context = Context.TASK_A
    place: Place = Place.USER
    used_math: bool = False
    fpu_counter: bool = False
    fpu: Fpu = Fpu()


@event
class HostFpu:
    """What the kernel did with the FPU in this step."""

    executed: bool = False
    device_not_available: bool = False
    preloaded: bool = False
    lazily_restored: bool = False
    trapped: bool = False


@record
class Processor:
    """A processor, and what Linux stores for each.

    `runs_guest`: KVM has prepared for VM entry and VM exits load TS, until __vmx_load_host_state.
    `in_kernel_fpu` is kept in all versions, and read from v4.0 on.
    """

    cpu: Cpu = Cpu()
    current: TaskName = TaskName.A
    fpu_owner_task: Owner = Owner.NOBODY
    in_kernel_fpu: bool = False
    runs_guest: bool = False
    interrupt: Interrupt = Interrupt.NONE


@record
class Linux:
    """A host under Linux and its tasks; the methods are instructions of the executing processor.

    `preemptible` is CONFIG_PREEMPT=y. `save_destroys` says that the next save to memory changes the
    registers: FNSAVE reinitialises them, and a pending x87 exception makes a lazy kernel execute
    FNCLEX.
    """

    era: Era
    tasks: Family[TaskName, Task] = Family(
        {
            TaskName.A: Task(context=Context.TASK_A),
            TaskName.B: Task(context=Context.TASK_B),
            TaskName.C: Task(context=Context.TASK_C),
        }
    )
    preemptible: bool = True
    save_destroys: bool = False
    did: HostFpu = HostFpu()

    @property
    def this_cpu(self) -> Processor:
        """The processor that executes."""
        raise NotImplementedError

    @property
    def smp_processor_id(self) -> CpuName:
        """Its number."""
        raise NotImplementedError

    def is_running(self, name: TaskName) -> bool:
        """Whether a task is the current one of a processor."""
        raise NotImplementedError

    @property
    def running(self) -> Task:
        """The task that `current` points to."""
        return self.tasks[self.this_cpu.current]

    @property
    def cr0(self) -> Cr0:
        """What MOV from CR0 returns to the kernel."""
        return self.this_cpu.cpu.cr0

    def execute(self, instruction: Instruction, operand: Cr0 = NO_BITS) -> Outcome:
        """Execute one instruction on the processor."""
        return x86.execute(self.this_cpu.cpu, instruction, operand)

    def return_to_user(self) -> None:
        """Load the running task's registers, where no switch has done so."""
        if self.era.switch_fpu_return is not None:
            self.era.switch_fpu_return(self)

    def clts(self) -> None:
        """Execute CLTS."""
        self.execute(Instruction.CLTS)

    def stts(self) -> None:
        """Execute MOV from CR0, then MOV to CR0 with TS set."""
        self.execute(Instruction.MOV_TO_CR0, self.cr0 | Cr0(ts=True))

    def fxsave(self, fpu: Fpu) -> bool:
        """Execute FXSAVE; false where it raises #NM."""
        if self.execute(Instruction.FXSAVE) == Outcome.NM:
            return False
        fpu.state = self.this_cpu.cpu.registers
        if self.save_destroys:
            self.this_cpu.cpu.registers = Contents()
        return True

    def fxrstor(self, fpu: Fpu) -> bool:
        """Execute FXRSTOR; false where it raises #NM. A #GP leaves the registers as they are."""
        if self.execute(Instruction.FXSAVE) == Outcome.NM:
            return False
        if not fpu.refused:
            self.this_cpu.cpu.registers = fpu.state
        return True


@record
class Host(Processor, Linux):
    """One processor under Linux, and the tasks that run on it."""

    @property
    def this_cpu(self) -> Processor:
        """The only one."""
        return self

    @property
    def smp_processor_id(self) -> CpuName:
        """The only one's."""
        return CpuName.CPU0

    def is_running(self, name: TaskName) -> bool:
        """Whether a task is the current one."""
        return self.current == name
