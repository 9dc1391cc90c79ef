"""Random steps of `simulate`: what they violate first, and the run as an execution to save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import click

from verifier.cli.progress import Reporter
from verifier.compiler.transition_system import DEADLOCK
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Progress
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, GOES_ON, Machine, Move
from verifier.execution.random_walk import random_move
from verifier.explain.counterexample import logged
from verifier.language.concrete_execution import Taken
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import plural


@dataclass
class RandomRun:
    """Steps taken at random after some others, and the first violation that they come to."""

    machine: Machine
    claims: Sequence[ModelFunction]
    moves: list[Move]
    first: tuple[str, str] | None = None
    """The property that is violated first, and which claim of it; no moves come after it."""

    def take(self, steps: int, seed: int, reporter: Reporter) -> set[str]:
        """Show random steps and the first violation of each claim; the properties violated."""
        random, taken = Random(seed), Counter[str]()
        holding, violated = list(self.claims), set[str]()
        for number in range(1, steps + 1):
            reporter.watch(Progress("step", number, f"of {steps}"))
            found = random_move(self.machine, random)
            if found is None:
                if self.machine.violated(DEADLOCK, ()):
                    violated.add(self._note(DEADLOCK, GOES_ON))
                click.echo(end(self.machine, number - 1))
                break
            move, what = found
            taken[move[0].name] += 1
            if self.first is None:
                self.moves.append(move)
            if what.failed is not None:
                violated.add(self._note(ASSERTIONS, what.failed))
                reporter.clear()
                click.echo(f"step {number}: ", nl=False)
                show_failure(what)
                break
            for function in self.machine.failing(holding):
                holding.remove(function)
                violated.add(self._note(function.group, function.name))
                reporter.clear()
                click.echo(f"step {number}: {function.group} is violated: {function.name}")
                reporter.resume()
        reporter.clear()
        self._show_taken(taken, seed)
        return violated

    def _note(self, group: str, claim: str) -> str:
        """A violation; the property."""
        self.first = self.first or (group, claim)
        return group

    def _show_taken(self, taken: Counter[str], seed: int) -> None:
        """How often each step was taken."""
        actions = self.machine.system.actions
        click.echo(f"{sum(taken.values())} steps, seed {seed}")
        for step in actions:
            click.echo(f"{taken[step.name]:8}  {step.name}")
        never = [step.name for step in actions if not taken[step.name]]
        if never:
            click.echo(f"never taken: {', '.join(never)}")

    def trace(self, begun: Execution) -> Trace:
        """The run up to its first violation, which it claims; without one it claims nothing."""
        group, claim = self.first or ("", "")
        return logged(replace(begun, moves=tuple(self.moves)), group=group, conjunct=claim)


def trace_by_hand(execution: Execution, claims: Sequence[ModelFunction]) -> Trace:
    """Steps up to the first violation, which they claim; without one they claim nothing."""
    machine, first = Machine(execution.system, execution.start), ("", "")
    for number, move in enumerate(execution.moves, 1):
        taken = machine.move(move)
        failing = machine.failing(claims)
        if taken is not None and taken.failed is not None:
            first = ASSERTIONS, taken.failed
        elif failing:
            first = failing[0].group, failing[0].name
        if first[0]:
            execution = replace(execution, moves=execution.moves[:number])
            break
    return logged(execution, group=first[0], conjunct=first[1])


def end(machine: Machine, steps: int) -> str:
    """What there is to say where no step was found to take."""
    after = f"after {plural(steps, 'step')}"
    if machine.obstacles() is None:
        return f"{after} found no enabled step, though there is one"
    what = "the system may end here" if machine.system.may_end else f"{DEADLOCK} is violated"
    return f"{after} no step is enabled: {what}"


def show_failure(taken: Taken) -> None:
    """Report an assertion that a step fails: the machine stops, as if it had not been taken."""
    if taken.failed is not None:
        text = f"{ASSERTIONS} is violated, and the machine stops: {taken.failed}"
        click.echo(click.style(text, fg="red"))
