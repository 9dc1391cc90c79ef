"""Examples of what a change does: executions that reach it if there are any, else any state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import z3

from verifier.circuit.circuit import Circuit
from verifier.circuit.packed import PackedSteps
from verifier.circuit.z3_terms import Z3Terms, answer_of
from verifier.compiler.behaviour import Variable
from verifier.diff.miter import Aspect, Joint
from verifier.engines.portfolio import auto
from verifier.engines.random_simulation import simulation
from verifier.evidence.verdicts import (
    Answer,
    Limits,
    Path,
    Progress,
    Proved,
    Unknown,
    Violated,
    Watch,
    silent,
)
from verifier.explain.choice_minimisation import minimise
from verifier.language.goals import step_goal
from verifier.language.plain_values import Value

Reached = Literal["reachable", "unreachable", "not reached"]


@dataclass(frozen=True)
class Change:
    """One thing that a step does differently, with an example.

    `state` and `choices` are those that the example needs; `moves` lead from the start to it.
    """

    step: str
    place: str
    kind: str
    name: str
    state: Mapping[str, Value]
    choices: Mapping[str, Value]
    old: Value
    new: Value
    reached: Reached
    moves: tuple[tuple[str, dict[str, Value]], ...] = ()
    start: Mapping[str, Value] = field(default_factory=dict)
    """What fields that can start as anything start as, where moves lead to it."""

    @property
    def effect(self) -> tuple[str, str, Value, Value, Reached, int]:
        """What is equal where another step does the same differently, as near to a start."""
        name = "" if self.kind in ("disabled", "enabled", "idle", "failing") else self.name
        return self.kind, name, self.old, self.new, self.reached, len(self.moves)


class Examples:
    """Looks for an example of each aspect: reached if possible, any state otherwise."""

    def __init__(self, joint: Joint, reaching: Limits, each: bool, watch: Watch = silent) -> None:
        self.joint = joint
        self.reaching = reaching
        self.each = each
        self.watch = watch

    @cached_property
    def _new_steps(self) -> PackedSteps:
        return PackedSteps(self.joint.new.behaviour.circuit, 1)

    def of(self, aspects: Sequence[Aspect]) -> list[Change]:
        """Each aspect as a change."""
        if not aspects:
            return []
        goals = {f"{i}": [aspect] for i, aspect in enumerate(aspects)}
        whole = self.joint.circuit(goals)
        steps = PackedSteps(whole, 1)
        found: dict[str, Answer] = dict(simulation(whole, list(goals)))
        if self.each:
            verdicts = auto(whole, list(goals), self.reaching, self.watch, jobs=1)
            found |= {goal: one for goal, one in verdicts.items() if not isinstance(one, Unknown)}
            found |= self._in_common(steps, aspects, found)
        else:
            found |= self._by_step(aspects, found)
        found |= self._small(whole, aspects, found)
        return [self._change(steps, a, found.get(f"{i}")) for i, a in enumerate(aspects)]

    def _by_step(self, aspects: Sequence[Aspect], known: Mapping[str, Answer]) -> dict[str, Answer]:
        """What the shortest execution to any difference of a step shows, or that there is none."""
        graph, found = self.joint.graph, dict[str, Answer]()
        goals: dict[str, list[Aspect]] = {}
        for aspect in aspects:
            goals.setdefault(aspect.step, []).append(aspect)
        circuit = self.joint.circuit(goals)
        steps = PackedSteps(circuit, 1)
        by_step = auto(circuit, list(goals), self.reaching, self.watch, jobs=1)
        for i, aspect in enumerate(aspects):
            shortest = by_step[aspect.step]
            if isinstance(shortest, Violated):
                if graph.evaluate([aspect.differs], self._last(steps, shortest.path)) == [1]:
                    found[f"{i}"] = shortest
            elif f"{i}" not in known:
                found[f"{i}"] = shortest
        return found

    def _in_common(
        self, steps: PackedSteps, aspects: Sequence[Aspect], known: Mapping[str, Answer]
    ) -> dict[str, Answer]:
        """One example for all that a step does differently equally soon, where it shows that."""
        found = dict[str, Answer]()
        groups: dict[tuple[str, int], list[tuple[Violated, dict[int, int]]]] = {}
        for i, aspect in enumerate(aspects):
            own = known.get(f"{i}")
            if not isinstance(own, Violated):
                continue
            examples = groups.setdefault((aspect.step, len(own.path.inputs)), [])
            for example, last in examples:
                if self.joint.graph.evaluate([aspect.differs], last) == [1]:
                    found[f"{i}"] = example
                    break
            else:
                examples.append((own, self._last(steps, own.path)))
        return found

    def _small(
        self, circuit: Circuit, aspects: Sequence[Aspect], found: Mapping[str, Answer]
    ) -> dict[str, Answer]:
        """Each execution without the choices that no difference needs which it is to show."""
        graph, shows = self.joint.graph, dict[int, list[str]]()
        for goal, verdict in found.items():
            if isinstance(verdict, Violated):
                shows.setdefault(id(verdict), []).append(goal)
        small = dict[str, Answer]()
        for goals in shows.values():
            verdict = found[goals[0]]
            assert isinstance(verdict, Violated), "only executions show differences"
            differ = graph.all(circuit.bad[goal] for goal in goals)
            whole = replace(circuit, bad={"differ": differ})
            self.watch(Progress("minimise", len(verdict.path.inputs), "an example"))
            path = minimise(whole, "differ", verdict.path)
            small |= dict.fromkeys(goals, replace(verdict, path=path))
        return small

    def _change(self, steps: PackedSteps, aspect: Aspect, verdict: Answer | None) -> Change:
        if isinstance(verdict, Violated):
            values = self._last(steps, verdict.path)
            example = self._example_of(aspect, values, "reachable", self._moves(verdict.path))
            return replace(example, start=self._start(verdict.path))
        reached: Reached = "unreachable" if isinstance(verdict, Proved) else "not reached"
        return self._example_of(aspect, self._any(aspect), reached, ())

    def _last(self, steps: PackedSteps, path: Path) -> dict[int, int]:
        """The joint graph's variables in the last step of a path."""
        circuit = steps.circuit
        state = {latch.literal: int(path.start[latch.name]) for latch in circuit.latches}
        for inputs in path.inputs[:-1]:
            steps.take(state, {bit.literal: int(inputs[bit.name]) for bit in circuit.inputs})
            state = steps.successor()
        return state | {bit.literal: int(path.inputs[-1][bit.name]) for bit in circuit.inputs}

    def _any(self, aspect: Aspect) -> dict[int, int]:
        terms = Z3Terms(self.joint.graph)
        solver = z3.SolverFor("QF_FD")
        solver.add(terms.term(aspect.differs))
        if answer_of(solver) != z3.sat:
            raise RuntimeError("Z3 finds no example of what it has found before")
        model = solver.model()
        cone = self.joint.graph.cone([aspect.differs])
        return {
            2 * n: terms.value(model, 2 * n) for n in cone if not self.joint.graph.is_gate(2 * n)
        }

    def _start(self, path: Path) -> dict[str, Value]:
        """What the new version's fields that can be anything start as."""
        return {
            each.name: each.decoded([path.start[bit] for bit in each.bits])
            for each in self.joint.new.behaviour.fields
            if each.initial is None and each.bits
        }

    def _moves(self, path: Path) -> tuple[tuple[str, dict[str, Value]], ...]:
        """The steps that are taken; one that is not enabled changes nothing."""
        new, steps = self.joint.new.behaviour, self._new_steps
        circuit, moves = new.circuit, list[tuple[str, dict[str, Value]]]()
        state = {latch.literal: int(path.start[latch.name]) for latch in circuit.latches}
        for inputs in path.inputs:
            taken = new.taken(inputs)
            if taken is None:
                continue
            action, choices = taken
            values = {bit.literal: int(inputs[bit.name]) for bit in circuit.inputs}
            if steps.take(state, values)[step_goal(action.name)] or inputs is path.inputs[-1]:
                moves.append((action.name, choices))
            state = steps.successor()
        return tuple(moves)

    def _example_of(
        self,
        aspect: Aspect,
        values: Mapping[int, int],
        reached: Reached,
        moves: tuple[tuple[str, dict[str, Value]], ...],
    ) -> Change:
        joint = self.joint
        needed = {2 * node for node in joint.graph.cone([*aspect.old, *aspect.new])}
        action = joint.new.behaviour.action(aspect.step)
        assert action is not None, "the step is in both versions"

        def shown(variables: Iterable[Variable]) -> dict[str, Value]:
            return {
                variable.name: self._value(variable, joint.new.bits(variable), values)
                for variable in variables
                if any(joint.new.image.get(bit) in needed for bit in variable.bits)
            }

        was = now = None
        if aspect.kind == "field":
            was, now = next(pair for pair in joint.fields if pair[1].name == aspect.name)
        return Change(
            step=aspect.step,
            place=action.place,
            kind=aspect.kind,
            name=aspect.name,
            state=shown(joint.new.behaviour.fields),
            choices=shown(action.choices),
            old=self._value(was, aspect.old, values),
            new=self._value(now, aspect.new, values),
            reached=reached,
            moves=moves,
        )

    def _value(
        self, variable: Variable | None, bits: Sequence[int], values: Mapping[int, int]
    ) -> Value:
        found = [bool(bit) for bit in self.joint.graph.evaluate(bits, values)]
        return found[0] if variable is None else variable.decoded(found)
