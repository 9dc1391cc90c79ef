"""Instructions: faults and exits by priority, then the effect.

Every check uses the real CR0, never the read shadow; their difference is what makes lazy
switching invisible to a guest.
"""

from enum import Enum

from nestproof.models.x86.cpu import Cpu, Mode
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, Cr0, cr0_is_valid, merged
from nestproof.models.x86.fpu import Fault, FpuClass, SpecialClass, fpu_fault, special_fault
from nestproof.models.x86.manuals import SDM, SDM2
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Location
from nestproof.models.x86.vmx import raise_nm, supported_in_vmx, unsupported_in_vmx, vm_exit
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


LMSW_CHANGES = Cr0(mp=True, em=True, ts=True)
"""What LMSW sets and clears; PE it only sets."""
MACHINE_STATUS_WORD = Cr0(pe=True, mp=True, em=True, ts=True)
LOW_WORD = MACHINE_STATUS_WORD | Cr0(et=True, ne=True)
HARDWIRED = Cr0(et=True)


@abstracts("An instruction's fault, taken on its own CPU or leaving the guest")
def raised(cpu: Cpu, fault: Fault) -> Outcome:
    """What becomes of a fault; of the exception bitmap only the bit of #NM is modelled."""
    match fault:
        case Fault.NONE:
            return Outcome.DONE
        case Fault.NM:
            return raise_nm(cpu)
        case Fault.UD:
            return Outcome.UD
        case Fault.GP:
            return Outcome.GP
        case Fault.MF:
            return Outcome.MF


@manual(SDM, "Guest/Host Masks and Read Shadows for CR0 and CR4")
def host_owned(cpu: Cpu) -> Cr0:
    """The bits of CR0 that the running code cannot write: none outside a guest."""
    return cpu.vmcs.cr0_mask if cpu.non_root else NO_BITS


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "MOV from CR0")
def read_cr0(cpu: Cpu) -> Cr0:
    """What MOV from CR0 and SMSW return: the read shadow where the mask is set."""
    return merged(host_owned(cpu), cpu.vmcs.cr0_shadow, cpu.cr0)


@manual(SDM, "Restrictions on VMX Operation")
def faults_in_vmx(cpu: Cpu, value: Cr0, written: Cr0) -> bool:
    """A bit is written with a value that VMX operation does not support."""
    return cpu.in_vmx_operation & ((unsupported_in_vmx(cpu, value) & written) != NO_BITS)


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "CLTS")
def clts(cpu: Cpu) -> Outcome:
    """Clear TS; under a set mask bit the read shadow decides between an exit and no effect."""
    if not cpu.cpl0:
        return Outcome.GP
    if not host_owned(cpu).ts:
        if faults_in_vmx(cpu, NO_BITS, Cr0(ts=True)):
            return Outcome.GP
        cpu.cr0.ts = False
        return Outcome.DONE
    if cpu.vmcs.cr0_shadow.ts:
        return vm_exit(cpu, ExitReason.CR_ACCESS, CrAccess.CLTS)
    return Outcome.DONE


@manual(SDM, "Instructions That Cause VM Exits Conditionally", "LMSW")
def lmsw_exits(cpu: Cpu, source: Cr0) -> bool:
    """It would set an owned PE, or give another owned bit a value that the shadow has not."""
    owned, shadow = host_owned(cpu), cpu.vmcs.cr0_shadow
    sets_pe = owned.pe & source.pe & (shadow.pe ^ True)
    return sets_pe | (((source ^ shadow) & owned & LMSW_CHANGES) != NO_BITS)


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "LMSW")
def lmsw(cpu: Cpu, source: Cr0, location: Location) -> Outcome:
    """Load the low four bits that the guest owns; PE can be set, never cleared.

    Whether it exits depends on its operand, so a fault of the operand comes before the exit.
    """
    if not cpu.cpl0:
        return Outcome.GP
    if location == Location.FAULTING_MEMORY:
        return Outcome.OPERAND
    if lmsw_exits(cpu, source):
        return lmsw_exit(cpu, source & MACHINE_STATUS_WORD, location)
    loaded = (LMSW_CHANGES | (source & Cr0(pe=True))) & ~host_owned(cpu)
    if faults_in_vmx(cpu, source, loaded):
        return Outcome.GP
    cpu.cr0 = merged(loaded, source, cpu.cr0)
    return Outcome.DONE


@manual(SDM, "Basic VM-Exit Information", "table 27-3, LMSW")
def lmsw_exit(cpu: Cpu, source: Cr0, location: Location) -> Outcome:
    """The qualification tells memory from registers, but not which register."""
    told = Location.MEMORY if location == Location.MEMORY else Location.RAX
    return vm_exit(cpu, ExitReason.CR_ACCESS, CrAccess.LMSW, source, told)


@manual(SDM, "Instructions That Cause VM Exits Conditionally", "MOV to CR0")
def mov_to_cr0_exits(cpu: Cpu, source: Cr0) -> bool:
    """It would give an owned bit a value that the read shadow has not."""
    return ((source ^ cpu.vmcs.cr0_shadow) & host_owned(cpu)) != NO_BITS


@manual(SDM, "Restrictions on VMX Operation")
def cr0_is_writable(cpu: Cpu, value: Cr0) -> bool:
    """Whether CR0 may get this value: consistent, and supported in VMX operation."""
    free = cpu.in_vmx_operation ^ True
    unrestricted = cpu.non_root & cpu.vmcs.unrestricted_guest
    paging = value.pg | ((cpu.cr0.pg & (cpu.mode == Mode.BITS_64)) ^ True)
    return cr0_is_valid(value) & paging & (free | supported_in_vmx(cpu, value, unrestricted))


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "MOV to CR0")
def mov_to_cr0(cpu: Cpu, source: Cr0, location: Location = Location.RAX) -> Outcome:
    """Load the bits that the guest owns; an exit comes before the faults of the value."""
    if not cpu.cpl0:
        return Outcome.GP
    if mov_to_cr0_exits(cpu, source):
        return vm_exit(cpu, ExitReason.CR_ACCESS, CrAccess.MOV_TO, source, location)
    value = merged(host_owned(cpu) | HARDWIRED, cpu.cr0, source)
    if not cr0_is_writable(cpu, value):
        return Outcome.GP
    cpu.cr0 = value
    return Outcome.DONE


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "MOV from CR0")
def mov_from_cr0(cpu: Cpu) -> Outcome:
    """Read CR0 at CPL 0; it never exits."""
    return Outcome.DONE if cpu.cpl0 else Outcome.GP


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "SMSW")
def smsw(cpu: Cpu, location: Location) -> Outcome:
    """Read CR0 at any privilege level, unless UMIP reserves it for CPL 0; it never exits."""
    if cpu.cr4.umip & (cpu.cpl0 ^ True):
        return Outcome.GP
    return Outcome.OPERAND if location == Location.FAULTING_MEMORY else Outcome.DONE


@manual(SDM2, "SMSW—Store Machine Status Word")
def smsw_value(cpu: Cpu, location: Location) -> Cr0:
    """What SMSW stores: in a wide register all that MOV from CR0 reads, in memory the low word."""
    return read_cr0(cpu) & (LOW_WORD if location == Location.MEMORY else ALL_BITS)


@manual(SDM, "Treatment of Task Switches")
def task_switch(cpu: Cpu) -> Outcome:
    """Set TS; a guest's always exits, and IA-32e mode has none. The descriptors are in order."""
    if cpu.mode != Mode.PROTECTED:
        return Outcome.GP
    if cpu.non_root:
        return vm_exit(cpu, ExitReason.TASK_SWITCH)
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
    return raised(cpu, special_fault(cpu, kind))


@manual(SDM, "Relative Priority of Faults and VM Exits")
def execute(
    cpu: Cpu, instruction: Instruction, operand: Cr0, location: Location = Location.RAX
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
            return mov_to_cr0(cpu, operand, location)
        case Instruction.MOV_FROM_CR0:
            return mov_from_cr0(cpu)
        case Instruction.TASK_SWITCH:
            return task_switch(cpu)
        case _:
            return raised(cpu, fpu_fault(cpu, fpu_class(instruction)))
