"""What the software of a closed guest executes on the physical CPU, in VMX non-root operation."""

from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.run import forget_exit, leave_guest
from nestproof.models.linux.task import Fpu, Image, TaskName
from nestproof.models.ownership.access import fpu_access, fpu_write
from nestproof.models.ownership.contents import Context
from nestproof.models.stack.host import GuestHost, Issue, Section
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmx_instructions import execute, read_cr0
from verifier.language import abstracts, assume

TS = Cr0(ts=True)
SWITCHED = RUNNING | TS
"""CR0 of a lazy kernel whose running task has not got the registers."""


@abstracts("An instruction of any guest level runs on the one physical CPU")
def execute_on_virtual_cpu(kvm: Kvm, instruction: Instruction, operand: Cr0) -> Outcome:
    """After an exit L0 emulates the instruction, or the guest executes it again later."""
    outcome = execute(kvm.host.cpu, instruction, operand)
    if outcome == Outcome.EXIT:
        leave_guest(kvm, Instruction.EXEMPT, RUNNING)
    forget_exit(kvm)
    return outcome


@abstracts("Which instruction an issued one is; FXRSTOR faults as FXSAVE does")
def instruction_of(kind: Issue) -> Instruction:
    """The instruction for the processor."""
    match kind:
        case Issue.CLTS:
            return Instruction.CLTS
        case Issue.READ_CR0:
            return Instruction.MOV_FROM_CR0
        case Issue.WRITE_CR0:
            return Instruction.MOV_TO_CR0
        case Issue.FXSAVE | Issue.FXRSTOR:
            return Instruction.FXSAVE
        case Issue.NOTHING | Issue.VMLAUNCH:
            return Instruction.EXEMPT


@abstracts("Which images a Linux without KVM has")
def task_image(guest: GuestHost) -> Fpu:
    """The image that the next instruction names, of the two tasks'."""
    if guest.first.image == Image.TASK_B:
        return guest.tasks[TaskName.B].fpu
    return guest.tasks[TaskName.A].fpu


@abstracts("A guest kernel changes no bit of its CR0 but TS")
def mov_from_cr0(kvm: Kvm) -> None:
    """The kernel will set TS in what it reads; all other bits are as it has written them."""
    read = read_cr0(kvm.host.cpu)
    assert (read | TS) == SWITCHED, "a guest kernel finds its CR0 as it has written it"


@abstracts("A guest kernel's next instruction")
def kernel_instruction(kvm: Kvm, guest: GuestHost, fpu: Fpu) -> None:
    """Execute it; one that exits is completed when its exit is handled, or executed again."""
    kind = guest.first.kind
    assume((kind != Issue.NOTHING) & (kind != Issue.VMLAUNCH))
    cpu = kvm.host.cpu
    outcome = execute_on_virtual_cpu(kvm, instruction_of(kind), SWITCHED)
    if outcome == Outcome.EXIT:
        return
    assert outcome == Outcome.DONE, "a guest kernel's own save, load or change of TS faults"
    match kind:
        case Issue.READ_CR0:
            mov_from_cr0(kvm)
            guest.first.kind = Issue.WRITE_CR0
            return
        case Issue.FXSAVE:
            fpu.state = cpu.registers
        case Issue.FXRSTOR:
            cpu.registers = fpu.state
        case _:
            pass
    guest.complete()


@abstracts("Nothing is left of the last kernel function, and no kernel FPU section is open")
def goes_on(guest: GuestHost) -> None:
    """The guest runs other code than the rest of what it is in."""
    assume((guest.first.kind == Issue.NOTHING) & (guest.section == Section.NONE))
    assume(guest.current != TaskName.C)


@abstracts("An FPU instruction of a guest's task in user mode")
def user_fpu_instruction(kvm: Kvm, guest: GuestHost, value: bool) -> None:
    """Execute it, or let the guest's own handler run, or L0's, and retry later."""
    goes_on(guest)
    outcome = execute_on_virtual_cpu(kvm, Instruction.SSE, Cr0())
    if outcome == Outcome.NM:
        guest.era.do_device_not_available(guest)
    if outcome == Outcome.DONE:
        fpu_access(kvm.access, kvm.latest, kvm.host.cpu.registers, guest.running.context, value)


@abstracts("A guest's scheduler")
def switch(guest: GuestHost, frequent: bool) -> None:
    """The other of two tasks runs."""
    goes_on(guest)
    if guest.current == TaskName.A:
        guest.era.switch_to(guest, TaskName.B, frequent)
    else:
        guest.era.switch_to(guest, TaskName.A, frequent)


@abstracts("kernel_fpu_begin in a guest")
def open_section(guest: GuestHost) -> None:
    """A guest's kernel gets the registers."""
    guest.era.kernel_fpu_begin(guest)
    guest.section = Section.OPEN


@abstracts("An FPU instruction in a kernel FPU section of a guest")
def kernel_fpu_instruction(kvm: Kvm, guest: GuestHost, context: Context, value: bool) -> None:
    """The first loads registers of the kernel's own, the others access them."""
    assume((guest.first.kind == Issue.NOTHING) & (guest.section != Section.NONE))
    outcome = execute_on_virtual_cpu(kvm, Instruction.SSE, Cr0())
    assert outcome != Outcome.NM, "#NM in a guest's kernel FPU section"
    if outcome == Outcome.DONE and guest.section == Section.USED:
        fpu_access(kvm.access, kvm.latest, kvm.host.cpu.registers, context, value)
    elif outcome == Outcome.DONE:
        fpu_write(kvm.latest, kvm.host.cpu.registers, context, value)
        guest.section = Section.USED


@abstracts("kernel_fpu_end in a guest")
def close_section(guest: GuestHost) -> None:
    """The guest's kernel gives the registers up."""
    assume((guest.first.kind == Issue.NOTHING) & (guest.section == Section.USED))
    assume(guest.current != TaskName.C)
    guest.era.kernel_fpu_end(guest)
    guest.section = Section.NONE
