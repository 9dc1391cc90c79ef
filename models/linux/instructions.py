"""The instructions by which the kernel handles TS and the FPU registers on its processor."""

from nestproof.models.linux.task import Fpu, Linux, Place, Task
from verifier.language import abstracts, models


@abstracts("clts() of asm/system.h until v3.3 and of asm/special_insns.h until v4.9")
def clts(host: Linux) -> None:
    """Execute CLTS."""
    host.clts()


@abstracts("stts() of asm/system.h until v3.3 and of asm/special_insns.h until v4.9")
def stts(host: Linux) -> None:
    """Set TS by reading CR0 and writing it back."""
    host.stts()


@abstracts("FXSAVE, XSAVE or FNSAVE, whichever the processor has, and FNCLEX after an exception")
def fxsave(host: Linux, fpu: Fpu) -> bool:
    """Save the registers to an image; false where #NM prevents it."""
    host.did.executed = True
    done = host.fxsave(fpu)
    if not done:
        host.did.trapped = True
    return done


@abstracts("FXRSTOR, XRSTOR or FRSTOR, whichever the processor has")
def fxrstor(host: Linux, fpu: Fpu) -> bool:
    """Load the registers from an image, unless it is refused; false where #NM prevents it."""
    host.did.executed = True
    done = host.fxrstor(fpu)
    if not done:
        host.did.trapped = True
    return done


@models("kernel/signal.c", "force_sig", since="v2.6.32")
def force_sig(task: Task) -> None:
    """SIGSEGV for the current task; the kernel's own code goes on where it is."""
    if task.place == Place.USER:
        task.place = Place.SIGNALLED
