"""How people are shown Linux on bare hardware: its tasks, and who has the registers."""

from typing import TypeVar

from nestproof.models.linux import elsewhere, fpu_core, fpu_internal, i387, processor
from nestproof.models.linux.native import Bare, Native
from nestproof.models.linux.processor import running_task
from nestproof.models.linux.task import Fpu, Processor
from nestproof.models.ownership import presentation as ownership
from nestproof.models.x86 import presentation as x86
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.fpu import Fault
from nestproof.models.x86.outcome import Outcome
from verifier.language import (
    Act,
    Causes,
    Each,
    Flags,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    Table,
)

S = TypeVar("S")
B = TypeVar("B", bound=Bare)

HANDLERS = (
    i387.do_device_not_available,
    i387.finish_device_not_available,
    fpu_internal.do_device_not_available,
    fpu_internal.finish_device_not_available,
    fpu_core.do_device_not_available,
)
"""What a kernel does about #NM, in all versions."""


def trap(now: Moment[S]) -> str:
    """#NM, where a step has raised it."""
    raised = now.returned(Outcome.NM) or now.returned(Fault.NM)
    return "#NM" if raised or now.ran(*HANDLERS) else ""


def acts(now: Moment[B]) -> Act:
    """Tasks run one after the other; nothing else moves control."""
    does = ownership.touches_the_registers(
        now, lambda bare: bare.access
    ) or ownership.tries_the_registers(now, lambda bare: bare.transient)
    return Act(trap=trap(now), does=does, by=chooser(now))


def chooser(now: Moment[B]) -> str:
    """Who makes the choices of a step."""
    if now.ran(processor.schedule):
        return "the scheduler"
    if now.ran(processor.softirq_begin, processor.softirq_without_registers, processor.softirq_use):
        return "an interrupt"
    if now.ran(elsewhere.run_elsewhere):
        return "another CPU"
    return (
        "a debugger"
        if now.ran(elsewhere.debug, elsewhere.debug_refused)
        else running_task(now.before)
    )


def headline(now: Moment[Native]) -> Sentence | None:
    """What a context finds in the registers."""
    return ownership.found_in_the_registers(
        now, lambda native: native.access
    ) or ownership.found_by_trying(now, lambda native: native.transient)


HOST = "L0: what the hardware holds and the host's kernel remembers"

NATIVE: Presentation[Native] = Presentation(
    lanes=Lanes(running_task),
    acts=acts,
    tables=(
        Table("L0", HOST, lambda native: native.host),
        Table("observed", "observed", lambda s: (s.access, s.latest), by_code=False),
    ),
    flags=Flags(
        "FPU registers",
        (
            Each(Cpu, lambda cpu: cpu.registers.owner),
            Each(Fpu, lambda fpu: fpu.has_fpu),
            Each(Processor, lambda cpu: cpu.fpu_owner_task),
        ),
    ),
    causes=Causes(hardware=lambda native: native.host.cpu),
    hands=ownership.HANDS,
    headline=headline,
    registers=x86.REGISTERS,
    words=x86.WORDS,
)
