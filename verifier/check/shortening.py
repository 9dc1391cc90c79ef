"""Violations in as few steps as there are, where an engine looks for any."""

from __future__ import annotations

from dataclasses import replace

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.verdicts import Limits, Violated, Watch

SECONDS = 60.0


def shortened(compiled: TransitionSystem, group: str, verdict: Violated, watch: Watch) -> Violated:
    """The same violation in as few steps as there are, where the engine does not promise it."""
    from verifier.engines.bmc import bmc

    if verdict.shortened or verdict.shortest:
        return verdict
    limits = Limits(depth=verdict.depth - 1, seconds=SECONDS)
    found = bmc(compiled.circuit, [group], limits, watch)[group]
    if isinstance(found, Violated):
        return found
    return replace(verdict, good_steps=max(verdict.good_steps, found.depth))
