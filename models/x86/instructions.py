"""Instructions on a processor that runs no guest: faults by priority, then the effect."""

from enum import Enum

from nestproof.models.x86.cpu import Cpu, Mode
from nestproof.models.x86.cr0 import NO_BITS, Cr0, cr0_is_valid, merged
from nestproof.models.x86.fpu import Fault, FpuClass, SpecialClass, fpu_fault, special_fault
from nestproof.models.x86.manuals import SDM, SDM2
from nestproof.models.x86.outcome import Outcome
from verifier.language import abstracts, manual


class Instruction(Enum):
    """The classes of FPU instructions, and what reads or writes CR0."""

    X87 = "x87"
    WAIT = "WAIT"
    MMX = "MMX"
    SSE = "SSE"
    AVX = "AVX"
    FXSAVE = "FXSAVE"
    XSAVE = "XSAVE"
    XSAVES = "XSAVES"
    NONLAZY = "non-lazy"
    EXEMPT = "exempt"
    CLTS = "CLTS"
    LMSW = "LMSW"
    SMSW = "SMSW"
    MOV_TO_CR0 = "MOV to CR0"
    MOV_FROM_CR0 = "MOV from CR0"
    TASK_SWITCH = "task switch"


class Location(Enum):
    """Where an operand is; a register by its number, as exit information has it."""

    RAX = 0
    RCX = 1
    RDX = 2
    RBX = 3
    RSP = 4
    RBP = 5
    RSI = 6
    RDI = 7
    R8 = 8
    R9 = 9
    R10 = 10
    R11 = 11
    R12 = 12
    R13 = 13
    R14 = 14
    R15 = 15
    MEMORY = "memory"
    FAULTING_MEMORY = "memory, and the access to it faults"


LMSW_CHANGES = Cr0(mp=True, em=True, ts=True)
"""What LMSW sets and clears; PE it only sets."""
PE = Cr0(pe=True)
MACHINE_STATUS_WORD = Cr0(pe=True, mp=True, em=True, ts=True)
LOW_WORD = MACHINE_STATUS_WORD | Cr0(et=True, ne=True)
HARDWIRED = Cr0(et=True)


@abstracts("An instruction's fault, taken on its own CPU")
def raised(fault: Fault) -> Outcome:
    """What becomes of a fault."""
    match fault:
        case Fault.NONE:
            return Outcome.DONE
        case Fault.NM:
            return Outcome.NM
        case Fault.UD:
            return Outcome.UD
        case Fault.GP:
            return Outcome.GP
        case Fault.MF:
            return Outcome.MF


@manual(SDM2, "CLTS—Clear Task-Switched Flag in CR0")
def clts(cpu: Cpu) -> Outcome:
    """Clear TS, at CPL 0."""
    if not cpu.cpl0:
        return Outcome.GP
    cpu.cr0.ts = False
    return Outcome.DONE


@manual(SDM2, "LMSW—Load Machine Status Word")
def lmsw(cpu: Cpu, source: Cr0, location: Location) -> Outcome:
    """Load the low four bits of CR0, at CPL 0; PE can be set, never cleared."""
    if not cpu.cpl0:
        return Outcome.GP
    if location == Location.FAULTING_MEMORY:
        return Outcome.OPERAND
    cpu.cr0 = merged(LMSW_CHANGES | (source & PE), source, cpu.cr0)
    return Outcome.DONE


@manual(SDM2, "MOV—Move to/from Control Registers", "#GP(0)")
def cr0_is_writable(cpu: Cpu, value: Cr0) -> bool:
    """Whether MOV may give CR0 this value: consistent, and 64-bit mode keeps its paging."""
    paging = value.pg | ((cpu.cr0.pg & (cpu.mode == Mode.BITS_64)) ^ True)
    return cr0_is_valid(value) & paging


@manual(SDM2, "MOV—Move to/from Control Registers")
def mov_to_cr0(cpu: Cpu, source: Cr0) -> Outcome:
    """Load CR0, at CPL 0."""
    value = merged(HARDWIRED, cpu.cr0, source)
    if not (cpu.cpl0 & cr0_is_writable(cpu, value)):
        return Outcome.GP
    cpu.cr0 = value
    return Outcome.DONE


@manual(SDM2, "MOV—Move to/from Control Registers")
def read_cr0(cpu: Cpu) -> Cr0:
    """What MOV from CR0 returns."""
    return cpu.cr0


@manual(SDM2, "MOV—Move to/from Control Registers")
def mov_from_cr0(cpu: Cpu) -> Outcome:
    """Read CR0, at CPL 0."""
    return Outcome.DONE if cpu.cpl0 else Outcome.GP


@manual(SDM2, "SMSW—Store Machine Status Word")
def smsw(cpu: Cpu, location: Location) -> Outcome:
    """Read CR0 at any privilege level, unless UMIP reserves it for CPL 0."""
    if cpu.cr4.umip & (cpu.cpl0 ^ True):
        return Outcome.GP
    return Outcome.OPERAND if location == Location.FAULTING_MEMORY else Outcome.DONE


@manual(SDM, "Task Switching")
def task_switch(cpu: Cpu) -> Outcome:
    """Set TS; IA-32e mode has no task switches. The descriptors are in order."""
    if cpu.mode != Mode.PROTECTED:
        return Outcome.GP
    cpu.cr0.ts = True
    return Outcome.DONE


@abstracts("The FPU instructions among all instructions")
def fpu_class(instruction: Instruction) -> FpuClass:
    """The class of an FPU instruction; one that only accesses CR0 touches no FPU state."""
    match instruction:
        case Instruction.X87:
            return FpuClass.X87
        case Instruction.WAIT:
            return FpuClass.WAIT
        case Instruction.MMX:
            return FpuClass.MMX
        case Instruction.SSE:
            return FpuClass.SSE
        case Instruction.AVX:
            return FpuClass.AVX
        case Instruction.FXSAVE:
            return FpuClass.FXSAVE
        case Instruction.XSAVE:
            return FpuClass.XSAVE
        case Instruction.XSAVES:
            return FpuClass.XSAVES
        case Instruction.NONLAZY:
            return FpuClass.NONLAZY
        case (
            Instruction.EXEMPT
            | Instruction.CLTS
            | Instruction.LMSW
            | Instruction.SMSW
            | Instruction.MOV_TO_CR0
            | Instruction.MOV_FROM_CR0
            | Instruction.TASK_SWITCH
        ):
            return FpuClass.EXEMPT


@abstracts("The data that an instruction moves is not modelled")
def execute_special(cpu: Cpu, kind: SpecialClass) -> Outcome:
    """Execute an instruction that `Instruction` does not name."""
    return raised(special_fault(cpu, kind))


@abstracts("An instruction on a processor that runs no guest")
def execute(
    cpu: Cpu,
    instruction: Instruction,
    operand: Cr0 = NO_BITS,
    location: Location = Location.RAX,
) -> Outcome:
    """Execute one instruction; the operand is the source of MOV to CR0 or of LMSW."""
    match instruction:
        case Instruction.CLTS:
            return clts(cpu)
        case Instruction.LMSW:
            return lmsw(cpu, operand, location)
        case Instruction.SMSW:
            return smsw(cpu, location)
        case Instruction.MOV_TO_CR0:
            return mov_to_cr0(cpu, operand)
        case Instruction.MOV_FROM_CR0:
            return mov_from_cr0(cpu)
        case Instruction.TASK_SWITCH:
            return task_switch(cpu)
        case _:
            return raised(fpu_fault(cpu, fpu_class(instruction)))
