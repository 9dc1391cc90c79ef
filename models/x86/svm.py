"""SVM: VMRUN, #VMEXIT, and the intercepts of instructions that access CR0 and of #NM.

There is no mask and no read shadow: a guest uses the real CR0, or its access is intercepted.
Neither VMRUN nor #VMEXIT touches the FPU registers or XCR0.
"""

from nestproof.models.x86 import instructions
from nestproof.models.x86.cpu import Cpu, Mode
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0, merged
from nestproof.models.x86.fpu import Fault, SpecialClass, fpu_fault, special_fault
from nestproof.models.x86.instructions import (
    HARDWIRED,
    PE,
    Instruction,
    Location,
    cr0_is_writable,
    fpu_class,
)
from nestproof.models.x86.manuals import APM2
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcb import ExitCode, Vmcb, VmcbName
from verifier.language import Family, abstracts, manual, record

NOT_SELECTED = Cr0(mp=True, ts=True)
"""What a write may change without the selective intercept."""


@record
class SvmCpu(Cpu):
    """A processor with SVM: whether it runs a guest, its VMCBs, and what VMRUN has saved.

    `current` is the VMCB that VMRUN takes, or has taken. `host_cr0` is CR0 in the host save area.
    """

    guest_mode: bool = False
    current: VmcbName = VmcbName.VMCB01
    vmcbs: Family[VmcbName, Vmcb] = Family()
    host_cr0: Cr0 = RUNNING

    @property
    def vmcb(self) -> Vmcb:
        """The VMCB of the guest that runs or ran."""
        return self.vmcbs[self.current]


@manual(APM2, "VMRUN Instruction", "Canonicalization and Consistency Checks")
def guest_cr0_is_legal(value: Cr0) -> bool:
    """NW needs CD; PG without PE is paged real mode, which VMRUN can load."""
    return value.cd | (value.nw ^ True)


@manual(APM2, "VMRUN Instruction", "Canonicalization and Consistency Checks")
def vmcb_is_legal(cpu: SvmCpu) -> bool:
    """VMRUN must be intercepted, and the guest's CR0 be legal; other conditions are one bit."""
    vmcb = cpu.vmcb
    return vmcb.intercept_vmrun & vmcb.controls_valid & guest_cr0_is_legal(cpu.cr0)


@manual(APM2, "VMRUN Instruction", "Basic Operation")
def vmrun(cpu: SvmCpu) -> Outcome:
    """Save the host's CR0, load the guest's whole, check it, and deliver what is injected."""
    if not cpu.cr0.pe:
        return Outcome.UD
    if not cpu.cpl0:
        return Outcome.GP
    cpu.host_cr0 = cpu.cr0
    cpu.cr0 = cpu.vmcb.cr0
    cpu.guest_mode = True
    if not vmcb_is_legal(cpu):
        return vmexit(cpu, ExitCode.INVALID)
    return inject(cpu)


@manual(APM2, "Event Injection")
def inject(cpu: SvmCpu) -> Outcome:
    """The guest takes an injected #NM before its first instruction, whatever is intercepted."""
    return Outcome.NM if cpu.vmcb.event_inj_nm else Outcome.DONE


@manual(APM2, "#VMEXIT")
def vmexit(
    cpu: SvmCpu,
    code: ExitCode,
    is_mov: bool = False,
    gpr: Location = Location.RAX,
    operand: Cr0 = NO_BITS,
) -> Outcome:
    """Leave the guest: save its CR0, record why, and restore the host's CR0 with PE set.

    Nothing is injected twice, not even by a VMRUN that was refused: so the reference of VMRUN in
    volume 3, as 69b721a86d0d quotes it.
    """
    vmcb = cpu.vmcb
    vmcb.cr0 = cpu.cr0
    vmcb.exit_code = code
    vmcb.exit_is_mov = is_mov
    vmcb.exit_gpr = gpr
    vmcb.exit_operand = operand
    vmcb.event_inj_nm = False
    cpu.cr0 = cpu.host_cr0 | PE
    cpu.guest_mode = False
    return Outcome.EXIT


@manual(APM2, "Exception Intercepts", "#NM (Device-Not-Available)")
def raise_nm(cpu: SvmCpu) -> Outcome:
    """#NM in a guest exits where it is intercepted, whatever it was raised for."""
    if cpu.guest_mode and cpu.vmcb.intercept_nm:
        return vmexit(cpu, ExitCode.EXCEPTION_NM)
    return Outcome.NM


@abstracts("An instruction's fault, taken on its own CPU or leaving the guest")
def raised(cpu: SvmCpu, fault: Fault) -> Outcome:
    """What becomes of a fault; of the exception intercepts only that of #NM is modelled."""
    match fault:
        case Fault.NM:
            return raise_nm(cpu)
        case _:
            return instructions.raised(fault)


@manual(APM2, "Instruction Intercepts", "table 15-7, Read/Write of CR0")
def reads_exit(cpu: SvmCpu) -> bool:
    """Whether the running code's reads of CR0 are intercepted."""
    return cpu.guest_mode & cpu.vmcb.intercept_cr0_read


@manual(APM2, "Instruction Intercepts", "table 15-7, Read/Write of CR0")
def writes_exit(cpu: SvmCpu) -> bool:
    """Whether all of its writes of CR0 are intercepted."""
    return cpu.guest_mode & cpu.vmcb.intercept_cr0_write


@manual(APM2, "Instruction Intercepts", "table 15-7, Selective CR0 Write Intercept")
def selected_writes_exit(cpu: SvmCpu) -> bool:
    """Whether those are that change more than TS and MP."""
    return cpu.guest_mode & cpu.vmcb.intercept_cr0_sel_write


@manual(APM2, "Instruction Intercepts", "table 15-7, CLTS")
def clts(cpu: SvmCpu) -> Outcome:
    """Clear TS; the intercept of writes counts, the selective one does not."""
    if cpu.cpl0 and writes_exit(cpu):
        return vmexit(cpu, ExitCode.CR0_WRITE)
    return instructions.clts(cpu)


@manual(APM2, "Instruction Intercepts", "table 15-7, LMSW")
def lmsw(cpu: SvmCpu, source: Cr0, location: Location) -> Outcome:
    """Load the low four bits; both intercepts count, whatever changes, before memory faults."""
    if cpu.cpl0 and writes_exit(cpu):
        return vmexit(cpu, ExitCode.CR0_WRITE)
    if cpu.cpl0 and selected_writes_exit(cpu):
        return vmexit(cpu, ExitCode.CR0_SEL_WRITE)
    return instructions.lmsw(cpu, source, location)


@manual(APM2, "Instruction Intercepts", "table 15-7, MOV TO CR0")
def mov_to_cr0(cpu: SvmCpu, source: Cr0, location: Location) -> Outcome:
    """Load CR0; its faults come before the intercepts, of which the plain one comes first."""
    value = merged(HARDWIRED, cpu.cr0, source)
    if not (cpu.cpl0 & cr0_is_writable(cpu, value)):
        return Outcome.GP
    if writes_exit(cpu):
        return vmexit(cpu, ExitCode.CR0_WRITE, True, location, source)
    if selected_writes_exit(cpu) and ((value ^ cpu.cr0) & ~NOT_SELECTED) != NO_BITS:
        return vmexit(cpu, ExitCode.CR0_SEL_WRITE, True, location, source)
    return instructions.mov_to_cr0(cpu, source)


@manual(APM2, "Instruction Intercepts", "table 15-7, MOV FROM CR0")
def mov_from_cr0(cpu: SvmCpu, location: Location) -> Outcome:
    """Read CR0, at CPL 0, unless reads are intercepted."""
    if cpu.cpl0 and reads_exit(cpu):
        return vmexit(cpu, ExitCode.CR0_READ, True, location)
    return instructions.mov_from_cr0(cpu)


@manual(APM2, "Instruction Intercepts", "table 15-7, SMSW")
def smsw(cpu: SvmCpu, location: Location) -> Outcome:
    """Read CR0; UMIP comes before the intercept, a fault of the memory operand behind it."""
    reserved = cpu.cr4.umip & (cpu.cpl0 ^ True)
    if reads_exit(cpu) and not reserved:
        return vmexit(cpu, ExitCode.CR0_READ)
    return instructions.smsw(cpu, location)


@manual(APM2, "Miscellaneous Intercepts", "Task Switch Intercept")
def task_switch(cpu: SvmCpu) -> Outcome:
    """Set TS, unless task switches are intercepted."""
    intercepted = cpu.guest_mode & cpu.vmcb.intercept_task_switch
    if intercepted & (cpu.mode == Mode.PROTECTED):
        return vmexit(cpu, ExitCode.TASK_SWITCH)
    return instructions.task_switch(cpu)


@abstracts("The data that an instruction moves is not modelled")
def execute_special(cpu: SvmCpu, kind: SpecialClass) -> Outcome:
    """Execute an instruction that `Instruction` does not name."""
    return raised(cpu, special_fault(cpu, kind))


@manual(APM2, "Intercept Operation", "Instruction intercepts")
def execute(
    cpu: SvmCpu,
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
            return mov_to_cr0(cpu, operand, location)
        case Instruction.MOV_FROM_CR0:
            return mov_from_cr0(cpu, location)
        case Instruction.TASK_SWITCH:
            return task_switch(cpu)
        case _:
            return raised(cpu, fpu_fault(cpu, fpu_class(instruction)))
