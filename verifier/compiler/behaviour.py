"""A compiled system as plain data, which crosses processes and revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from verifier.circuit.circuit import Circuit
from verifier.compiler.selector import choice_inputs, selected
from verifier.compiler.transition_system import TransitionSystem
from verifier.language.encoding import encoding
from verifier.language.errors import within_project
from verifier.language.goals import step_goal
from verifier.language.plain_values import Value, shown
from verifier.language.system import Step, System

Pattern = tuple[bool | None, ...]


@dataclass(frozen=True)
class Variable:
    """A field or a choice: its values and, for each, the bits that mean it (None: any)."""

    name: str
    values: tuple[Value, ...]
    patterns: tuple[Pattern, ...]
    bits: tuple[str, ...]
    """The latches or inputs that hold it; none where it never changes."""
    initial: Value | None = None
    """What a field starts as; None where that is any value, and for choices."""
    ghost: bool = False
    """Whether only observers write it."""

    def decoded(self, bits: Sequence[bool]) -> Value:
        """The value that bits mean."""
        for value, pattern in zip(self.values, self.patterns, strict=True):
            if all(p is None or p == bit for p, bit in zip(pattern, bits, strict=True)):
                return value
        raise AssertionError("every combination of bits names a member")

    def code(self, value: Value) -> tuple[bool, ...]:
        """Bits that mean a value."""
        return tuple(bool(bit) for bit in self.patterns[self.values.index(value)])


@dataclass(frozen=True)
class Action:
    """A step: its number in the selector, its choices, and where it is written."""

    name: str
    code: int
    choices: tuple[Variable, ...]
    place: str


@dataclass(frozen=True)
class Behaviour:
    """What a system does, in names that a later revision is likely to share."""

    system: str
    circuit: Circuit
    fields: tuple[Variable, ...]
    actions: tuple[Action, ...]
    functions: tuple[str, ...]
    """Model functions that its steps and properties run, each as FILE:NAME."""

    @property
    def possibilities(self) -> tuple[object, ...]:
        """What fields can start as and choices can be, whether or not anything depends on it."""
        fields = tuple((f.name, f.values, f.initial, f.ghost, bool(f.bits)) for f in self.fields)
        return fields, tuple((action.name, action.choices) for action in self.actions)

    def field(self, name: str) -> Variable | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, Variable]:
        return {field.name: field for field in self.fields}

    def action(self, name: str) -> Action | None:
        return next((action for action in self.actions if action.name == name), None)

    def with_steps(self, names: Mapping[str, str]) -> Behaviour:
        """The same with other names of some steps."""
        goals = {step_goal(was): step_goal(now) for was, now in names.items()}
        bad = {goals.get(goal, goal): literal for goal, literal in self.circuit.bad.items()}
        actions = (replace(one, name=names.get(one.name, one.name)) for one in self.actions)
        return replace(self, circuit=replace(self.circuit, bad=bad), actions=tuple(actions))

    def with_goals(self, names: Mapping[str, str]) -> Behaviour:
        """The same with other names of some properties and cases."""
        bad = {names.get(goal, goal): literal for goal, literal in self.circuit.bad.items()}
        return replace(self, circuit=replace(self.circuit, bad=bad))

    def taken(self, inputs: Mapping[str, bool]) -> tuple[Action, dict[str, Value]] | None:
        """The step and choices that inputs mean; None for the one that changes nothing."""
        code = selected(inputs, len(self.actions))
        if code is None:
            return None
        action = self.actions[code - 1]
        return action, {
            choice.name: choice.decoded([inputs.get(bit, False) for bit in choice.bits])
            for choice in action.choices
        }


def behaviour_of(compiled: TransitionSystem) -> Behaviour:
    """Without the Python objects of the models."""
    fields = tuple(
        variable_of(leaf.path, leaf.type, names, None if free else shown(initial), leaf.ghost)
        for leaf, names, initial in zip(
            compiled.leaves, compiled.latch_names, compiled.system.initial_values, strict=True
        )
        if not leaf.constant and not leaf.event
        for free in [compiled.system.is_arbitrary(leaf.path)]
    )
    actions, functions = actions_of(compiled.system), functions_in(compiled)
    return Behaviour(compiled.system.name, compiled.circuit, fields, actions, functions)


def actions_of(system: System) -> tuple[Action, ...]:
    """The steps of a system."""
    return tuple(_action(step, code) for code, step in enumerate(system.actions, start=1))


def functions_in(compiled: TransitionSystem) -> tuple[str, ...]:
    """The model functions that ran, each as FILE:NAME."""
    costs = compiled.costs.items()
    return tuple(sorted(f"{file}:{name}" for name, cost in costs for file in cost.files))


def variable_of(
    name: str, type: type, bits: tuple[str, ...], initial: Value | None = None, ghost: bool = False
) -> Variable:
    """A field or choice of a type, held by some bits."""
    if not issubclass(type, Enum):
        return Variable(name, (False, True), ((False,), (True,)), bits, initial, ghost)
    code = encoding(type)
    patterns = tuple(code.pattern(member) for member in code.members)
    return Variable(name, tuple(map(shown, code.members)), patterns, bits, initial, ghost)


def _action(step: Step, code: int) -> Action:
    named = choice_inputs([choice.width for choice in step.choices])
    choices = tuple(
        variable_of(choice.name, choice.type, bits)
        for choice, bits in zip(step.choices, named, strict=True)
    )
    where = step.function.place
    return Action(step.name, code, choices, f"{within_project(where.file)}:{where.line}")
