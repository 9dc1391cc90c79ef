"""The instructions by which the kernel handles TS and the FPU registers on its processor."""

from models.linux.task import Fpu, Host
from models.x86 import instructions as x86
from models.x86.cr0 import Cr0, merged
from models.x86.instructions import Instruction
from models.x86.outcome import Outcome
from models.x86.registers import Contents
from verifier.language import abstracts

TS = Cr0(ts=True)


@abstracts("clts() of asm/system.h until v3.3 and of asm/special_insns.h until v4.9")
def clts(host: Host) -> None:
    """Execute CLTS."""
    x86.clts(host.cpu)


@abstracts("stts() of asm/system.h until v3.3 and of asm/special_insns.h until v4.9")
def stts(host: Host) -> None:
    """Set TS by reading CR0 and writing it back."""
    x86.mov_to_cr0(host.cpu, merged(TS, TS, x86.read_cr0(host.cpu)))


@abstracts("FXSAVE, XSAVE or FNSAVE, whichever the processor has, and FNCLEX after an exception")
def fxsave(host: Host, fpu: Fpu) -> bool:
    """Save the registers to an image; false where #NM prevents it."""
    host.did.executed = True
    if x86.execute(host.cpu, Instruction.FXSAVE, Cr0()) == Outcome.NM:
        host.did.trapped = True
        return False
    fpu.state = host.cpu.registers
    if host.save_destroys:
        host.cpu.registers = Contents()
    return True


@abstracts("FXRSTOR, XRSTOR or FRSTOR, whichever the processor has")
def fxrstor(host: Host, fpu: Fpu) -> bool:
    """Load the registers from an image; false where #NM prevents it."""
    host.did.executed = True
    if x86.execute(host.cpu, Instruction.FXSAVE, Cr0()) == Outcome.NM:
        host.did.trapped = True
        return False
    host.cpu.registers = fpu.state
    return True
