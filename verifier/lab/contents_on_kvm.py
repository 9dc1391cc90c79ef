"""What a model of KVM has in the FPU registers after it has given them up: KVM's and Linux's steps.

L1 and L2 have the registers of one virtual CPU, so a guest without guests of its own stands for
both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nestproof.models.ownership.contents import Context
from nestproof.models.x86.instructions import Instruction
from verifier.execution.machine import Machine
from verifier.language import System

Moves = tuple[tuple[str, Mapping[str, Any]], ...]
OWNER, VALUE = "host.cpu.registers.owner", "host.cpu.registers.value"
LOW_BITS = ("pe", "mp", "em", "ts")
ENTERED: Moves = (("check_requests", {}), ("vcpu_enter_guest", {"called_off": False}))
WRITTEN: Moves = (
    ("kvm_run", {}),
    *ENTERED,
    (
        "guest_instruction",
        {"instruction": Instruction.X87, "value": True, **dict.fromkeys(LOW_BITS, False)},
    ),
    ("external_interrupt", {}),
    ("handle_exit", {}),
)
COMPETED: Moves = (
    ("preempt", {"frequent": False}),
    ("other_fpu_instruction", {"value": False}),
    ("resume", {"frequent": False}),
)
FOR_AN_EXIT: Moves = (
    *WRITTEN,
    ("kvm_run_returns", {}),
    ("vmm_fpu_instruction", {"value": False}),
    *COMPETED,
    ("kvm_run", {}),
    *ENTERED,
)
WHILE_IT_RUNS: Moves = (*WRITTEN, *COMPETED, *ENTERED)


def survives(system: System, moves: Moves) -> bool:
    """Whether a guest finds what it has written before KVM gave its registers up."""
    machine = Machine(system)
    steps = {step.name: step for step in system.actions}
    for name, choices in moves:
        taken = machine.move((steps[name], choices))
        assert taken is not None, f"`{name}` is not enabled"
    paths = [leaf.path for leaf in system.layout.leaves]
    held = dict(zip(paths, machine.values, strict=True))
    return held[OWNER] is Context.GUEST and bool(held[VALUE])
