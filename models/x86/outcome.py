"""What becomes of an instruction or of a VM entry."""

from enum import Enum


class Outcome(Enum):
    """It completes, faults on its own CPU, or leaves for the level below."""

    DONE = "done"
    NM = "#NM"
    UD = "#UD"
    GP = "#GP"
    MF = "#MF"
    OPERAND = "a fault of the memory operand"
    EXIT = "VM exit"
    VMFAIL = "VM entry refused"
