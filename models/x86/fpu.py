"""Which FPU instruction faults when: one function per class, checks in the manual's order."""

from enum import Enum

from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.manuals import SDM, SDM1, SDM2
from verifier.language import abstracts, manual


class FpuClass(Enum):
    """Instructions that touch FPU or extended state, by what gates them."""

    X87 = "x87 other than WAIT and the non-waiting ones"
    WAIT = "WAIT, FWAIT"
    MMX = "MMX"
    SSE = "SSE to SSE4, AES, SHA, LDMXCSR"
    AVX = "AVX, AVX-512"
    FXSAVE = "FXSAVE, FXRSTOR"
    XSAVE = "XSAVE, XSAVEOPT, XSAVEC, XRSTOR"
    XSAVES = "XSAVES, XRSTORS"
    NONLAZY = "protection keys, bounds, tiles, where they are enabled"
    EXEMPT = "MOVNTI, fences, prefetches, CRC32, BMI"


class SpecialClass(Enum):
    """More such instructions, which no guest of the catalogue executes."""

    NON_WAITING = "FNINIT, FNCLEX, FNSTCW, FNSTSW, FNSTENV, FNSAVE"
    XGETBV = "XGETBV"
    PKRU = "RDPKRU, WRPKRU"
    ENCLU = "ENCLU"


class Fault(Enum):
    """What an instruction raises instead of completing."""

    NONE = "none"
    NM = "#NM"
    UD = "#UD"
    GP = "#GP"
    MF = "#MF"


@manual(SDM1, "Handling x87 FPU Exceptions in Software", "native mode")
def pending_x87_error(cpu: Cpu) -> Fault:
    """A waiting instruction reports a pending error; without NE it goes out by FERR# instead."""
    return Fault.MF if cpu.x87_error_pending & cpu.cr0.ne else Fault.NONE


@manual(SDM, "Control Registers", "table 2-2, floating-point")
def x87_fault(cpu: Cpu) -> Fault:
    """EM or TS raises #NM, before any pending error."""
    if cpu.cr0.em | cpu.cr0.ts:
        return Fault.NM
    return pending_x87_error(cpu)


@manual(SDM, "Interrupt 16—x87 FPU Floating-Point Error (#MF)", "non-waiting instructions")
def non_waiting_fault(cpu: Cpu) -> Fault:
    """EM or TS raises #NM as for any x87 instruction; a pending error is not looked at."""
    return Fault.NM if cpu.cr0.em | cpu.cr0.ts else Fault.NONE


@manual(SDM, "Control Registers", "table 2-2, WAIT/FWAIT")
def wait_fault(cpu: Cpu) -> Fault:
    """Only MP and TS together raise #NM; EM does not matter."""
    if cpu.cr0.mp & cpu.cr0.ts:
        return Fault.NM
    return pending_x87_error(cpu)


@manual(SDM, "Emulation of the MMX Instruction Set", "table 12-1")
def mmx_fault(cpu: Cpu) -> Fault:
    """EM raises #UD, then TS #NM, then a pending x87 error #MF."""
    if cpu.cr0.em:
        return Fault.UD
    if cpu.cr0.ts:
        return Fault.NM
    return pending_x87_error(cpu)


@manual(SDM, "Providing Operating System Support for SSE Extensions", "table 13-1")
def sse_fault(cpu: Cpu) -> Fault:
    """EM or no OSFXSR raises #UD, then TS #NM."""
    if cpu.cr0.em | (cpu.cr4.osfxsr ^ True):
        return Fault.UD
    return Fault.NM if cpu.cr0.ts else Fault.NONE


@manual(SDM2, "AVX and SSE Instruction Exception Specification", "class 4")
def avx_fault(cpu: Cpu) -> Fault:
    """State that the kernel has not enabled raises #UD, then TS #NM; EM does not matter."""
    if not (cpu.cr4.osxsave & cpu.xcr0_ok):
        return Fault.UD
    return Fault.NM if cpu.cr0.ts else Fault.NONE


@manual(SDM2, "Instruction Set Reference, A-L", "FXSAVE, FXRSTOR")
def fxsave_fault(cpu: Cpu) -> Fault:
    """EM or TS raises #NM, though some editions have #UD for EM; a pending error is only saved."""
    return Fault.NM if cpu.cr0.em | cpu.cr0.ts else Fault.NONE


@manual(SDM1, "Operation of XSAVE")
def xsave_fault(cpu: Cpu) -> Fault:
    """No OSXSAVE raises #UD, then TS #NM; EM does not matter."""
    if not cpu.cr4.osxsave:
        return Fault.UD
    return Fault.NM if cpu.cr0.ts else Fault.NONE


@manual(SDM1, "Operation of XSAVES")
def xsaves_fault(cpu: Cpu) -> Fault:
    """As XSAVE; then outside CPL 0 #GP, as #NM belongs to decoding."""
    fault = xsave_fault(cpu)
    if fault == Fault.NONE and not cpu.cpl0:
        return Fault.GP
    return fault


@manual(SDM2, "XGETBV—Get Value of Extended Control Register")
def xgetbv_fault(cpu: Cpu) -> Fault:
    """No OSXSAVE raises #UD; CR0 does not matter."""
    return Fault.NONE if cpu.cr4.osxsave else Fault.UD


@manual(SDM2, "RDPKRU—Read Protection Key Rights for User Pages")
def pkru_fault(cpu: Cpu) -> Fault:
    """No PKE raises #UD; CR0 does not matter, although XSAVE manages the register."""
    return Fault.NONE if cpu.cr4.pke else Fault.UD


@manual(SDM, "ENCLU—Execute an Enclave User Function of Specified Leaf Number")
def enclu_fault(cpu: Cpu) -> Fault:
    """In protected mode TS raises #NM; then it needs CPL 3, paging and NE."""
    if not cpu.cr0.pe:
        return Fault.UD
    if cpu.cr0.ts:
        return Fault.NM
    if cpu.cpl0:
        return Fault.UD
    return Fault.NONE if cpu.cr0.pg & cpu.cr0.ne else Fault.GP


@abstracts("The class of an FPU instruction decides which rule gates it")
def fpu_fault(cpu: Cpu, kind: FpuClass) -> Fault:
    """What an instruction of a class raises; non-lazy and exempt ones are not gated by CR0."""
    match kind:
        case FpuClass.X87:
            return x87_fault(cpu)
        case FpuClass.WAIT:
            return wait_fault(cpu)
        case FpuClass.MMX:
            return mmx_fault(cpu)
        case FpuClass.SSE:
            return sse_fault(cpu)
        case FpuClass.AVX:
            return avx_fault(cpu)
        case FpuClass.FXSAVE:
            return fxsave_fault(cpu)
        case FpuClass.XSAVE:
            return xsave_fault(cpu)
        case FpuClass.XSAVES:
            return xsaves_fault(cpu)
        case FpuClass.NONLAZY | FpuClass.EXEMPT:
            return Fault.NONE


@abstracts("The class of a special instruction decides which rule gates it")
def special_fault(cpu: Cpu, kind: SpecialClass) -> Fault:
    """What a special instruction raises."""
    match kind:
        case SpecialClass.NON_WAITING:
            return non_waiting_fault(cpu)
        case SpecialClass.XGETBV:
            return xgetbv_fault(cpu)
        case SpecialClass.PKRU:
            return pkru_fault(cpu)
        case SpecialClass.ENCLU:
            return enclu_fault(cpu)
