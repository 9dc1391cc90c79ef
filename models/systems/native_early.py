"""Linux on bare hardware with one mistake each of before v3.3, and one of them with its repair."""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.linux import early, processor, signals
from nestproof.models.linux.era import Era
from nestproof.models.linux.fpu_eras import V3_7
from nestproof.models.linux.native import Native
from nestproof.models.linux.task import Host
from nestproof.models.systems.native import LAZY_V3_7, NOBODY_HAS_THE_REGISTERS
from verifier.language import System

Steps = tuple[Callable[..., None], ...]


def mistaken(version: str, era: Era, summary: str, steps: Steps) -> System:
    """A kernel without CONFIG_PREEMPT, in which nothing else is wrong."""
    host = Host(era=era, cpu=NOBODY_HAS_THE_REGISTERS, preemptible=False)
    return replace(
        LAZY_V3_7,
        name=f"native/lazy-{version}",
        initial=Native(host=host),
        steps=steps,
        summary=summary,
    )


def with_step(instead: Callable[..., None], of: Callable[..., None]) -> Steps:
    """The steps of a lazy kernel, one of them another."""
    return tuple(instead if step is of else step for step in LAZY_V3_7.steps)


USED_MATH_FIRST = with_step(early.signal_clears_used_math_first, signals.signal)

USED_MATH = mistaken(
    "v3.7+used-math",
    V3_7,
    "v3.7 without 06c38d5e36b: used_math is cleared before the frame has the registers.",
    USED_MATH_FIRST,
)
PRELOAD = mistaken(
    "v3.7+preload",
    replace(V3_7, version="v3.7, preloading", switch_to=early.switch_to_preloading_unused),
    "The same without 870568b39064: a task without FPU state is switched in with a preload.",
    USED_MATH_FIRST,
)
IRQ_STACK = mistaken(
    "v3.7+irq-stack",
    V3_7,
    "v3.7 without f94edacf9985: an interrupt has a TS_USEDFPU of its own.",
    with_step(early.hardirq_on_its_own_stack, processor.hardirq),
)
PADLOCK = mistaken(
    "v3.7-padlock",
    V3_7,
    "v3.7 with PadLock inside of irq_ts_save and irq_ts_restore.",
    (*LAZY_V3_7.steps, early.padlock),
)
