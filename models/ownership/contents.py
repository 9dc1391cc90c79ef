"""What is in the FPU registers: whose data, and one bit of it."""

from enum import Enum

from verifier.language import ghost


class Context(Enum):
    """Whoever can own register contents; systems with one guest use the first eight."""

    INIT = "the initial contents"
    TASK_A = "task A"
    TASK_B = "task B"
    TASK_C = "task C"
    INTERRUPT = "interrupt handlers of the kernel"
    KERNEL = "the kernel"
    VMM = "the VMM thread"
    GUEST = "the guest as a whole"
    L1_A = "task A of L1"
    L1_B = "task B of L1"
    L1_KERNEL = "the kernel of L1"
    L1_VMM = "the VMM thread of L1"
    L2_A = "task A of L2"
    L2_B = "task B of L2"
    L2_KERNEL = "the kernel of L2"
    OTHER_GUEST = "another guest of the same host"


@ghost
class Contents:
    """Register contents or a memory image of them; the value is one bit the owner chose last."""

    owner: Context = Context.INIT
    value: bool = False
