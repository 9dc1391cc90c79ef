"""What becomes of an instruction or of a VM entry."""

from enum import Enum


class Outcome(Enum):
    """It completes, faults on its own CPU, or leaves for the level below.

    GP_BEHIND is none of a CPU: #GP with the address behind the instruction.
    """

    DONE = "done"
    NM = "#NM"
    UD = "#UD"
    GP = "#GP"
    MF = "#MF"
    OPERAND = "a fault of the memory operand"
    EXIT = "VM exit"
    VMFAIL = "VM entry refused"
    GP_BEHIND = "#GP behind the instruction"
