"""Linux on several processors: which one executes, tasks that move, begin and end.

A step is one of the processor that executes; `run_cpu` goes on with another one. Tasks and their
images are shared, and what else there is once for each processor is in `Processor`.
"""

from nestproof.models.linux import processor
from nestproof.models.linux.lifecycle import Lifecycle
from nestproof.models.linux.native import Bare, Handler
from nestproof.models.linux.processor import in_process
from nestproof.models.linux.task import CpuName, Linux, Place, Processor, Task, TaskName
from nestproof.models.ownership.access import Latest
from nestproof.models.ownership.contents import Contents
from verifier.language import Family, assume, observer, record, step


@record
class SmpHost(Linux):
    """Two processors under Linux and the tasks that run on them."""

    executing: CpuName = CpuName.CPU0
    cpus: Family[CpuName, Processor] = Family({CpuName.CPU1: Processor(current=TaskName.B)})

    @property
    def this_cpu(self) -> Processor:
        """The processor that executes."""
        return self.cpus[self.executing]

    @property
    def smp_processor_id(self) -> CpuName:
        """Its number."""
        return self.executing

    def is_running(self, name: TaskName) -> bool:
        """Whether a task is the current one of a processor."""
        return (self.cpus[CpuName.CPU0].current == name) | (self.cpus[CpuName.CPU1].current == name)


@record
class Smp(Bare):
    """A host with two processors, and a signal handler for each task."""

    lifecycle: Lifecycle
    host: SmpHost
    handlers: Family[TaskName, Handler] = Family()
    kernels: Family[CpuName, Latest] = Family()

    @property
    def gets_signals(self) -> bool:
        """Every task does."""
        return True

    @property
    def handler(self) -> Handler:
        """The running task's signal handler."""
        return self.handlers[self.host.this_cpu.current]

    @property
    def latest_of_kernel(self) -> Latest:
        """The kernel computes on both processors at once."""
        return self.kernels[self.host.executing]


@step
def run_cpu(s: Smp, cpu: CpuName) -> None:
    """The next steps are those of another processor."""
    assume(cpu != s.host.executing)
    s.host.executing = cpu


@step
def schedule(s: Smp, to: TaskName, frequent: bool) -> None:
    """A task that runs nowhere, and has not ended, runs."""
    assume((s.host.is_running(to) ^ True) & (s.host.tasks[to].place != Place.DEAD))
    processor.schedule(s, to, frequent)


@step
def exit(s: Smp) -> None:
    """The running task ends; until it is switched out it runs on, and never again."""
    assume(in_process(s, Place.KERNEL) | in_process(s, Place.SIGNALLED))
    s.lifecycle.exit_thread(s.host)
    s.handler.in_signal = False
    s.host.running.place = Place.DEAD


@step
def fork(s: Smp, name: TaskName, allocated: bool) -> None:
    """The running task makes a child in the memory of one that has ended.

    `allocated`: there is memory for the parent's image. A child that begins in a signal handler
    does not return from it.
    """
    child = s.host.tasks[name]
    assume(in_process(s, Place.KERNEL) & (child.place == Place.DEAD))
    assume(s.host.is_running(name) ^ True)
    assume(allocated | (s.host.running.used_math ^ True))
    s.lifecycle.arch_dup_task_struct(s.host, child, allocated)
    child.place = Place.KERNEL
    copy_contents(s, child)


@observer("A child has what its parent wrote last, which is what is to be copied")
def copy_contents(s: Smp, child: Task) -> None:
    """Note whose contents the child got, and make them its own."""
    parent = s.host.running
    if child.used_math:
        s.access.executed = True
        s.access.context = parent.context
        s.access.found = child.fpu.state
        s.access.latest = s.latest.value[parent.context]
    child.fpu.state = Contents(owner=child.context, value=child.fpu.state.value)
    s.latest.value[child.context] = s.latest.value[parent.context]
