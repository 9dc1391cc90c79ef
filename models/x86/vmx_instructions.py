"""Instructions on a processor with VMX: what of them changes in a guest, and in VMX operation.

Every check uses the real CR0, never the read shadow; their difference is what makes lazy
switching invisible to a guest. MOV from CR0 and SMSW never exit.
"""

from nestproof.models.x86 import instructions
from nestproof.models.x86.cpu import Mode
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, Cr0, merged
from nestproof.models.x86.fpu import Fault, FpuClass, SpecialClass, fpu_fault, special_fault
from nestproof.models.x86.instructions import (
    HARDWIRED,
    LMSW_CHANGES,
    LOW_WORD,
    MACHINE_STATUS_WORD,
    Instruction,
    Location,
    fpu_class,
)
from nestproof.models.x86.manuals import SDM, SDM2
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess, ExitReason
from nestproof.models.x86.vmx import (
    VmxCpu,
    raise_nm,
    supported_in_vmx,
    unsupported_in_vmx,
    vm_exit,
)
from verifier.language import abstracts, manual


@abstracts("An instruction's fault, taken on its own CPU or leaving the guest")
def raised(cpu: VmxCpu, fault: Fault) -> Outcome:
    """What becomes of a fault; of the exception bitmap only the bit of #NM is modelled."""
    match fault:
        case Fault.NM:
            return raise_nm(cpu)
        case _:
            return instructions.raised(fault)


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "XSAVES, XRSTORS")
def xsaves_is_enabled(cpu: VmxCpu) -> bool:
    """In a guest the instruction needs a VM-execution control; the XSS-exiting bitmap is 0."""
    return (cpu.non_root ^ True) | cpu.vmcs.enable_xsaves


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "XSAVES, XRSTORS")
def fault_of(cpu: VmxCpu, kind: FpuClass) -> Fault:
    """What an instruction of a class raises; #UD for one that is not enabled."""
    if kind == FpuClass.XSAVES and not xsaves_is_enabled(cpu):
        return Fault.UD
    return fpu_fault(cpu, kind)


@manual(SDM, "Guest/Host Masks and Read Shadows for CR0 and CR4")
def host_owned(cpu: VmxCpu) -> Cr0:
    """The bits of CR0 that the running code cannot write: none outside a guest."""
    return cpu.vmcs.cr0_mask if cpu.non_root else NO_BITS


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "MOV from CR0")
def read_cr0(cpu: VmxCpu) -> Cr0:
    """What MOV from CR0 and SMSW return: the read shadow where the mask is set."""
    return merged(host_owned(cpu), cpu.vmcs.cr0_shadow, cpu.cr0)


@manual(SDM, "Restrictions on VMX Operation")
def faults_in_vmx(cpu: VmxCpu, value: Cr0, written: Cr0) -> bool:
    """A bit is written with a value that VMX operation does not support."""
    return cpu.in_vmx_operation & ((unsupported_in_vmx(cpu, value) & written) != NO_BITS)


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "CLTS")
def clts(cpu: VmxCpu) -> Outcome:
    """Clear TS; under a set mask bit the read shadow decides between an exit and no effect."""
    if not cpu.cpl0:
        return Outcome.GP
    if not host_owned(cpu).ts:
        if faults_in_vmx(cpu, NO_BITS, Cr0(ts=True)):
            return Outcome.GP
        return instructions.clts(cpu)
    if cpu.vmcs.cr0_shadow.ts:
        return vm_exit(cpu, ExitReason.CR_ACCESS, CrAccess.CLTS)
    return Outcome.DONE


@manual(SDM, "Instructions That Cause VM Exits Conditionally", "LMSW")
def lmsw_exits(cpu: VmxCpu, source: Cr0) -> bool:
    """It would set an owned PE, or give another owned bit a value that the shadow has not."""
    owned, shadow = host_owned(cpu), cpu.vmcs.cr0_shadow
    sets_pe = owned.pe & source.pe & (shadow.pe ^ True)
    return sets_pe | (((source ^ shadow) & owned & LMSW_CHANGES) != NO_BITS)


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "LMSW")
def lmsw(cpu: VmxCpu, source: Cr0, location: Location) -> Outcome:
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
    return instructions.lmsw(cpu, merged(host_owned(cpu), cpu.cr0, source), location)


@manual(SDM, "Basic VM-Exit Information", "table 27-3, LMSW")
def lmsw_exit(cpu: VmxCpu, source: Cr0, location: Location) -> Outcome:
    """The qualification tells memory from registers, but not which register."""
    told = Location.MEMORY if location == Location.MEMORY else Location.RAX
    return vm_exit(cpu, ExitReason.CR_ACCESS, CrAccess.LMSW, source, told)


@manual(SDM, "Instructions That Cause VM Exits Conditionally", "MOV to CR0")
def mov_to_cr0_exits(cpu: VmxCpu, source: Cr0) -> bool:
    """It would give an owned bit a value that the read shadow has not."""
    return ((source ^ cpu.vmcs.cr0_shadow) & host_owned(cpu)) != NO_BITS


@manual(SDM, "Restrictions on VMX Operation")
def cr0_is_supported(cpu: VmxCpu, value: Cr0) -> bool:
    """Whether CR0 may get this value in VMX operation, if the processor is in it."""
    unrestricted = cpu.non_root & cpu.vmcs.unrestricted_guest
    return (cpu.in_vmx_operation ^ True) | supported_in_vmx(cpu, value, unrestricted)


@manual(SDM, "Changes to Instruction Behavior in VMX Non-Root Operation", "MOV to CR0")
def mov_to_cr0(cpu: VmxCpu, source: Cr0, location: Location = Location.RAX) -> Outcome:
    """Load the bits that the guest owns; an exit comes before the faults of the value."""
    if not cpu.cpl0:
        return Outcome.GP
    if mov_to_cr0_exits(cpu, source):
        return vm_exit(cpu, ExitReason.CR_ACCESS, CrAccess.MOV_TO, source, location)
    value = merged(host_owned(cpu) | HARDWIRED, cpu.cr0, source)
    if not cr0_is_supported(cpu, value):
        return Outcome.GP
    return instructions.mov_to_cr0(cpu, value)


@manual(SDM2, "SMSW—Store Machine Status Word")
def smsw_value(cpu: VmxCpu, location: Location) -> Cr0:
    """What SMSW stores: in a wide register all that MOV from CR0 reads, in memory the low word."""
    return read_cr0(cpu) & (LOW_WORD if location == Location.MEMORY else ALL_BITS)


@manual(SDM, "Treatment of Task Switches")
def task_switch(cpu: VmxCpu) -> Outcome:
    """A guest's always exits, if its mode has any."""
    if cpu.non_root & (cpu.mode == Mode.PROTECTED):
        return vm_exit(cpu, ExitReason.TASK_SWITCH)
    return instructions.task_switch(cpu)


@abstracts("The data that an instruction moves is not modelled")
def execute_special(cpu: VmxCpu, kind: SpecialClass) -> Outcome:
    """Execute an instruction that `Instruction` does not name."""
    return raised(cpu, special_fault(cpu, kind))


@manual(SDM, "Relative Priority of Faults and VM Exits")
def execute(
    cpu: VmxCpu,
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
            return instructions.smsw(cpu, location)
        case Instruction.MOV_TO_CR0:
            return mov_to_cr0(cpu, operand, location)
        case Instruction.MOV_FROM_CR0:
            return instructions.mov_from_cr0(cpu)
        case Instruction.TASK_SWITCH:
            return task_switch(cpu)
        case _:
            return raised(cpu, fault_of(cpu, fpu_class(instruction)))
