"""A kernel on a virtual CPU: its text issues instructions, and the processor executes them later.

A function of the kernel that nothing can interrupt at its own level changes the kernel's memory at
once. Its instructions wait in order, one a step, so that the level below can come between any two.
"""

from enum import Enum

from nestproof.models.kvm.machine import VmxHost
from nestproof.models.linux.task import Fpu, Image
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.outcome import Outcome
from verifier.language import record


class Issue(Enum):
    """What a kernel asks of its processor; READ_CR0 becomes WRITE_CR0, which sets TS."""

    NOTHING = "nothing"
    CLTS = "CLTS"
    READ_CR0 = "MOV from CR0"
    WRITE_CR0 = "MOV to CR0"
    FXSAVE = "FXSAVE"
    FXRSTOR = "FXRSTOR"
    VMLAUNCH = "VMLAUNCH"


class Section(Enum):
    """A kernel FPU section: OPEN until the first instruction in it, which loads registers."""

    NONE = "none"
    OPEN = "open"
    USED = "used"


@record
class Issued:
    """An instruction, and the image that it saves to or loads from."""

    kind: Issue = Issue.NOTHING
    image: Image = Image.TASK_A


@record
class GuestHost(VmxHost):
    """A virtual CPU under Linux; of `cpu` only the VMCS that this Linux has in memory is used.

    `first` is executed next.
    """

    first: Issued = Issued()
    second: Issued = Issued()
    section: Section = Section.NONE

    @property
    def issued(self) -> tuple[Issued, ...]:
        """Instructions in order; the FPU functions of Linux itself consist of two at most."""
        return (self.first, self.second)

    @property
    def cr0(self) -> Cr0:
        """Not known when an instruction is issued; TS is taken for clear, the FPU for in use."""
        return RUNNING

    def issue(self, kind: Issue, image: Image) -> None:
        """Append an instruction."""
        for slot in self.issued:
            if slot.kind == Issue.NOTHING:
                slot.kind = kind
                slot.image = image
                return
        raise AssertionError("a kernel function issues more instructions than there is room for")

    def complete(self) -> None:
        """Go on to the next instruction."""
        slots = self.issued
        for slot, following in zip(slots, (*slots[1:], Issued()), strict=True):
            slot.kind = following.kind
            slot.image = following.image

    def clts(self) -> None:
        """Issue CLTS."""
        self.issue(Issue.CLTS, Image.TASK_A)

    def stts(self) -> None:
        """Issue MOV from CR0, and with it MOV to CR0."""
        self.issue(Issue.READ_CR0, Image.TASK_A)

    def fxsave(self, fpu: Fpu) -> bool:
        """Issue FXSAVE, which has to complete."""
        self.issue(Issue.FXSAVE, fpu.image)
        return True

    def fxrstor(self, fpu: Fpu) -> bool:
        """Issue FXRSTOR, which has to complete."""
        self.issue(Issue.FXRSTOR, fpu.image)
        return True


@record
class KvmHost(GuestHost):
    """A virtual CPU under Linux with KVM, whose functions consist of up to three instructions."""

    third: Issued = Issued()

    @property
    def issued(self) -> tuple[Issued, ...]:
        """Instructions in order."""
        return (self.first, self.second, self.third)

    def vmlaunch(self) -> Outcome:
        """Issue VMLAUNCH or VMRESUME, which does not fail."""
        self.issue(Issue.VMLAUNCH, Image.TASK_A)
        return Outcome.DONE
