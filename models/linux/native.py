"""Linux on bare hardware as a state: a host, its tasks' signal frames, and what was written."""

from nestproof.models.linux.task import Host, Linux, TaskName
from nestproof.models.ownership.access import FpuAccess, Latest, TransientAccess
from nestproof.models.ownership.contents import Contents
from verifier.language import ghost, record


@ghost
class Frame:
    """A signal frame: saved registers, and what the task had written last when they were saved."""

    state: Contents = Contents()
    latest: bool = False


@record
class Handler:
    """A signal handler of a task, which has a frame while it runs."""

    frame: Frame = Frame()
    in_signal: bool = False


@record
class Bare:
    """A host, and what its contexts wrote.

    `fnsave_in_interrupts`: interrupt handlers use the FPU of a processor without FXSAVE, too.
    """

    host: Linux
    fnsave_in_interrupts: bool = False
    access: FpuAccess = FpuAccess()
    transient: TransientAccess = TransientAccess()
    latest: Latest = Latest()

    @property
    def gets_signals(self) -> bool:
        """Whether the running task may get a signal."""
        raise NotImplementedError

    @property
    def handler(self) -> Handler:
        """The running task's signal handler."""
        raise NotImplementedError

    @property
    def latest_of_kernel(self) -> Latest:
        """What the kernel itself wrote last on the processor that executes."""
        raise NotImplementedError


@record
class Native(Handler, Bare):
    """A host with one processor; task A gets all signals."""

    host: Host

    @property
    def gets_signals(self) -> bool:
        """Only task A does."""
        return self.host.current == TaskName.A

    @property
    def handler(self) -> Handler:
        """The only one."""
        return self

    @property
    def latest_of_kernel(self) -> Latest:
        """With what tasks wrote."""
        return self.latest
