"""Whether a property that holds says anything: every step fires, and its cases occur."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.circuit.circuit import Circuit
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.contract import Engine
from verifier.evidence.verdicts import (
    Answer,
    Limits,
    Progress,
    Proved,
    Unknown,
    Verdict,
    Watch,
    silent,
)
from verifier.language.functions import ModelFunction
from verifier.language.goals import Goal, Kind, case_goal, step_goal
from verifier.language.plain_values import plural
from verifier.language.system import System, bindings

NAMED = 3
"""Missing cases that a vacuous verdict names."""


@dataclass(frozen=True)
class Emptiness:
    """A witness that is proved not to occur, or of which that is unknown, and the reason."""

    first: Proved | Unknown
    reason: str
    missing: tuple[str, ...]
    """Those witnesses of which that is so."""

    @property
    def verdict(self) -> Verdict:
        """Vacuous or unknown."""
        return Verdict.VACUOUS if isinstance(self.first, Proved) else Verdict.UNKNOWN


def cases(system: System, properties: Sequence[ModelFunction]) -> dict[str, ModelFunction]:
    """The cases that the properties of a system count on, by name."""
    return {
        function.name: function
        for function in properties
        if function.is_case and bindings(system, function)
    }


def witness_goals(
    system: System, properties: Sequence[ModelFunction], groups: Iterable[str]
) -> dict[str, list[str]]:
    """For each property, the goals that must be reachable, or it says nothing."""
    fires = [step_goal(step.name) for step in system.actions]
    occur = cases(system, properties).items()
    return {
        group: [*fires, *(case_goal(name) for name, case in occur if case.group == group)]
        for group in groups
    }


def missing_witness(
    compiled: TransitionSystem,
    group: str,
    known: Collection[str],
    limits: Limits,
    watch: Watch = silent,
) -> Emptiness | None:
    """What there is where a property that holds lacks a witness, but for those that are known."""
    from verifier.engines.portfolio import auto

    wanted = witness_goals(compiled.system, compiled.properties, [group])[group]
    left = [goal for goal in wanted if goal not in known]
    return emptiness(left, reached(compiled.circuit, left, auto, limits, watch))


def reached(
    circuit: Circuit, required: Sequence[str], engine: Engine, limits: Limits, watch: Watch
) -> dict[str, Answer]:
    """Every witness's verdict: `Violated` says that it is reached, in any number of steps."""
    from verifier.engines.random_simulation import simulation

    watch(Progress("simulation", 0, f"{len(required)} witnesses"))
    found: dict[str, Answer] = dict(simulation(circuit, required))
    rest = [witness for witness in required if witness not in found]
    any_length = replace(limits, shortening=0)
    return found | dict(engine(circuit, rest, any_length, watch)) if rest else found


def emptiness(witnesses: Sequence[str], reached: Mapping[str, Answer]) -> Emptiness | None:
    """What there is where a witness is missing; None where none is."""
    found = {witness: reached.get(witness) for witness in witnesses}
    dead = {witness: each for witness, each in found.items() if isinstance(each, Proved)}
    if dead:
        first, *_ = dead.values()
        return Emptiness(first, f"no execution in which {_one_of([*dead])}", tuple(dead))
    for witness in witnesses:
        open = found[witness]
        if isinstance(open, Unknown):
            reach = f"not within {plural(open.depth, 'step')}"
            reason = f"not known whether {_occurs(witness)}; {reach}"
            return Emptiness(open, reason, (witness,))
    return None


def _one_of(required: Sequence[str]) -> str:
    """What does not occur in words, the first of many."""
    named = [_occurs(witness) for witness in required[:NAMED]]
    more = [f"{len(required) - NAMED} more occur"] * (len(required) > NAMED)
    return " or ".join([*named, *more])


def _occurs(witness: str) -> str:
    goal = Goal.of(witness)
    return f"step `{goal.name}` fires" if goal.kind is Kind.STEP else f"`{goal.name}` is reached"
