"""Variants of the systems of Linux on bare hardware, and whether properties hold of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nestproof.models.linux import signals
from nestproof.models.linux.era import Era
from nestproof.models.linux.native import Native
from nestproof.models.linux.task import Host
from nestproof.properties import host_integrity, integrity, isolation
from tests.models.executions import steps_to
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved
from verifier.language import System, snapshot
from verifier.language.functions import about

PROPERTIES = [
    function
    for module in (isolation, integrity, host_integrity)
    for function in map(about, vars(module).values())
    if function is not None and function.claims
]
SIGNALS = {about(step) for name, step in vars(signals).items() if about(step)}


def variant(
    system: System, steps: tuple[Callable[..., None], ...] | None = None, **era: Any
) -> System:
    """The system with other steps, and with some functions of its kernel replaced."""
    host = system.initial.host
    changed = with_host(system, replace(host.era, **era), host.preemptible)
    return replace(changed, steps=steps or system.steps)


def voluntary(system: System) -> System:
    """The system built without CONFIG_PREEMPT."""
    return with_host(system, system.initial.host.era, preemptible=False)


def with_host(system: System, era: Era, preemptible: bool) -> System:
    """The system with another kernel."""
    host = system.initial.host
    changed = Host(
        era=era,
        cpu=host.cpu,
        tasks=host.tasks,
        fpu_owner_task=host.fpu_owner_task,
        save_destroys=host.save_destroys,
        preemptible=preemptible,
    )
    fnsave = system.initial.fnsave_in_interrupts
    initial = Native(host=changed, fnsave_in_interrupts=fnsave)
    others = tuple(name for name in system.arbitrary if name != "host.preemptible")
    return replace(system, initial=initial, arbitrary=others)


def without(system: System, *others: object) -> System:
    """The system without some of its steps."""
    left = {about(step) or step for step in others}
    return replace(system, steps=tuple(step for step in system.steps if about(step) not in left))


def without_signals(system: System, *others: object) -> tuple[Callable[..., None], ...]:
    """The system's steps other than those of signals, exec and what is named."""
    left = {about(step) for step in others} | SIGNALS
    return tuple(step for step in system.steps if about(step) not in left)


def decided(system: System, *goals: str) -> tuple[TransitionSystem, dict[str, Any]]:
    compiled = compile_system(system, PROPERTIES)
    return compiled, pdr(compiled.circuit, goals, Limits(seconds=60))


def holds(system: System, *goals: str) -> bool:
    return all(isinstance(v, Proved) for v in decided(system, *goals)[1].values())


def violation(system: System, goal: str) -> list[str]:
    """The steps of a counterexample."""

    def search() -> tuple[TransitionSystem, Any]:
        compiled, verdicts = decided(system, goal)
        return compiled, verdicts[goal]

    steps = steps_to(system, PROPERTIES, goal, search)
    assert steps is not None
    return steps


def booted(system: System) -> Native:
    """A fresh state of plain values."""
    state: Native = snapshot(variant(system).initial)
    return state
