"""Whether any step is enabled in a state, decided on plain values, and what prevents each one.

Why so: docs/decisions/0016-deadlock-on-the-state-after-a-step.md
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from verifier.language.concrete_execution import ConcreteRun
from verifier.language.errors import Disabled, ModelError, Place, blaming, raising_place
from verifier.language.open_choice import Looked, OpenChoice
from verifier.language.optional import OrNone
from verifier.language.system import Choice, Step, System

SECONDS = 20.0
"""For one step with all its choices."""


@dataclass(frozen=True)
class Obstacle:
    """A step that is not enabled, whatever its choices: an assumption that fails.

    `reads` are the fields that were read on the way there, `choices` those that were looked at, as
    they were: with other values it may be another assumption that fails.
    """

    step: Step
    place: Place | None
    reads: Mapping[str, Any]
    choices: Mapping[str, Any]


class TooManyAttempts(ModelError):
    """Whether a step is enabled takes more attempts with other choices than are allowed."""


@dataclass
class Attempts:
    """How many attempts to take a step are left."""

    left: int = sys.maxsize

    def count(self, system: System, step: Step) -> None:
        """Count one of a step. Raises TooManyAttempts."""
        if not self.left:
            raise TooManyAttempts(
                f"whether `{step.name}` is enabled takes too many attempts with other choices",
                step.function.place,
                f"assume less about them, or give `{system.name}` `may_end=True`",
            )
        self.left -= 1


def obstacles(
    system: System, run: ConcreteRun, likely: Step | None = None, attempts: Attempts | None = None
) -> list[Obstacle] | None:
    """What keeps each step from being taken in a run's state; None where some step is enabled.

    A step that fails an assertion counts as enabled: the violation of `assertions` reports it.
    The state stays as it is. A `likely` step is tried first.
    """
    found, attempts = {}, attempts or Attempts()
    for step in sorted(system.actions, key=lambda one: (one is not likely, _combinations(one))):
        with blaming(f"step `{step.name}` of `{system.name}`", SECONDS):
            obstacle = _obstacle(system, run, step, {}, attempts)
        if obstacle is None:
            return None
        found[step.name] = obstacle
    return [found[step.name] for step in system.actions]


def _combinations(step: Step) -> int:
    return prod(len(choice.values) for choice in step.choices)


def _obstacle(
    system: System, run: ConcreteRun, step: Step, given: Mapping[str, Any], attempts: Attempts
) -> Obstacle | None:
    """Why a step is not enabled with these choices and any others; None where it is with some.

    A choice gets its values, one after the other, once the step looks at it.
    """
    attempts.count(system, step)
    left = [choice for choice in step.choices if choice.name not in given]
    unseen = next((choice for choice in left if issubclass(choice.type, OrNone)), None)
    if unseen is not None:  # nobody notices that it is compared with None
        return _first(system, run, step, given, unseen, attempts)
    choices = {**given, **{choice.name: OpenChoice(choice.name) for choice in left}}
    before, outer, run.reads = list(run.store.values), run.reads, {}
    try:
        run.attempt(step.function, system.state(run.store), choices)
        return None
    except Disabled as disabled:
        return Obstacle(step, raising_place(disabled.__traceback__), run.reads, dict(given))
    except (Looked, ModelError, TypeError) as error:
        if not left:
            raise
        name = error.name if isinstance(error, Looked) else left[0].name
    finally:
        run.store.values, run.reads = before, outer
    choice = next(choice for choice in left if choice.name == name)
    return _first(system, run, step, given, choice, attempts)


def _first(
    system: System,
    run: ConcreteRun,
    step: Step,
    given: Mapping[str, Any],
    choice: Choice,
    attempts: Attempts,
) -> Obstacle | None:
    """The same of each value of a choice: the first obstacle, if there is one for each."""
    found: Obstacle | None = None
    for value in choice.values:
        obstacle = _obstacle(system, run, step, {**given, choice.name: value}, attempts)
        if obstacle is None:
            return None
        found = found or obstacle
    return found
