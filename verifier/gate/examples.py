"""Examples of what a change does: executions that reach it if there are any, else any state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import z3

from verifier.circuit.circuit import Circuit
from verifier.circuit.z3_terms import Z3Terms, answer_of
from verifier.engines.auto import auto
from verifier.engines.simulation import simulation
from verifier.evidence.minimise import minimise
from verifier.evidence.traces import Value
from verifier.evidence.verdicts import Limits, Path, Proved, Unknown, Verdict, Violated
from verifier.gate.behaviour import Variable
from verifier.gate.joint import Aspect, Joint

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

    @property
    def effect(self) -> tuple[str, str, Value, Value, Reached, int]:
        """What is equal where another step does the same differently, as near to a start."""
        name = "" if self.kind == "enabled" else self.name
        return self.kind, name, self.old, self.new, self.reached, len(self.moves)


class Examples:
    """Looks for an example of each aspect: reached if possible, any state otherwise."""

    def __init__(self, joint: Joint, reaching: Limits, each: bool) -> None:
        self.joint = joint
        self.reaching = reaching
        self.each = each

    def of(self, aspects: Sequence[Aspect]) -> list[Change]:
        """Each aspect as a change."""
        if not aspects:
            return []
        goals = {f"{i}": [aspect] for i, aspect in enumerate(aspects)}
        whole = self.joint.circuit(goals)
        found: dict[str, Verdict] = dict(simulation(whole, list(goals)))
        if self.each:
            verdicts = auto(whole, list(goals), self.reaching, jobs=1)
            found |= {goal: one for goal, one in verdicts.items() if not isinstance(one, Unknown)}
            found |= self._in_common(whole, aspects, found)
        else:
            found |= self._by_step(aspects, found)
        found |= self._small(whole, aspects, found)
        return [self._change(whole, a, found.get(f"{i}")) for i, a in enumerate(aspects)]

    def _by_step(
        self, aspects: Sequence[Aspect], known: Mapping[str, Verdict]
    ) -> dict[str, Verdict]:
        """What the shortest execution to any difference of a step shows, or that there is none."""
        graph, found = self.joint.graph, dict[str, Verdict]()
        steps: dict[str, list[Aspect]] = {}
        for aspect in aspects:
            steps.setdefault(aspect.step, []).append(aspect)
        circuit = self.joint.circuit(steps)
        by_step = auto(circuit, list(steps), self.reaching, jobs=1)
        for i, aspect in enumerate(aspects):
            shortest = by_step[aspect.step]
            if isinstance(shortest, Violated):
                if graph.evaluate([aspect.differs], self._last(circuit, shortest.path)) == [1]:
                    found[f"{i}"] = shortest
            elif f"{i}" not in known:
                found[f"{i}"] = shortest
        return found

    def _in_common(
        self, circuit: Circuit, aspects: Sequence[Aspect], known: Mapping[str, Verdict]
    ) -> dict[str, Verdict]:
        """One example for all that a step does differently equally soon, where it shows that."""
        found = dict[str, Verdict]()
        kept: dict[tuple[str, int], list[tuple[Violated, dict[int, int]]]] = {}
        for i, aspect in enumerate(aspects):
            own = known.get(f"{i}")
            if not isinstance(own, Violated):
                continue
            examples = kept.setdefault((aspect.step, len(own.path.inputs)), [])
            for example, last in examples:
                if self.joint.graph.evaluate([aspect.differs], last) == [1]:
                    found[f"{i}"] = example
                    break
            else:
                examples.append((own, self._last(circuit, own.path)))
        return found

    def _small(
        self, circuit: Circuit, aspects: Sequence[Aspect], found: Mapping[str, Verdict]
    ) -> dict[str, Verdict]:
        """Each execution without the choices that no difference needs which it is to show."""
        graph, shows = self.joint.graph, dict[int, list[str]]()
        for goal, verdict in found.items():
            if isinstance(verdict, Violated):
                shows.setdefault(id(verdict), []).append(goal)
        small = dict[str, Verdict]()
        for goals in shows.values():
            verdict = found[goals[0]]
            assert isinstance(verdict, Violated), "only executions show differences"
            differ = graph.all(circuit.bad[goal] for goal in goals)
            whole = replace(circuit, bad={"differ": differ})
            path = minimise(whole, "differ", verdict.path).path
            small |= dict.fromkeys(goals, replace(verdict, path=path))
        return small

    def _change(self, circuit: Circuit, aspect: Aspect, verdict: Verdict | None) -> Change:
        if isinstance(verdict, Violated):
            values = self._last(circuit, verdict.path)
            return self._told(aspect, values, "reachable", self._moves(verdict.path))
        reached: Reached = "unreachable" if isinstance(verdict, Proved) else "not reached"
        return self._told(aspect, self._any(aspect), reached, ())

    def _last(self, circuit: Circuit, path: Path) -> dict[int, int]:
        """The joint graph's variables in the last step of a path."""
        state = {latch.literal: int(path.start[latch.name]) for latch in circuit.latches}
        following = [latch.next for latch in circuit.latches]
        for inputs in path.inputs[:-1]:
            values = state | {bit.literal: int(inputs[bit.name]) for bit in circuit.inputs}
            state = dict(zip(state, circuit.graph.evaluate(following, values), strict=True))
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

    def _moves(self, path: Path) -> tuple[tuple[str, dict[str, Value]], ...]:
        """The steps that are taken; one that is not enabled changes nothing."""
        new = self.joint.new.behaviour
        circuit, moves = new.circuit, list[tuple[str, dict[str, Value]]]()
        state = {latch.literal: int(path.start[latch.name]) for latch in circuit.latches}
        following = [latch.next for latch in circuit.latches]
        for inputs in path.inputs:
            taken = new.taken(inputs)
            if taken is None:
                continue
            action, choices = taken
            values = state | {bit.literal: int(inputs[bit.name]) for bit in circuit.inputs}
            roots = [circuit.bad[f"fires:{action.name}"], *following]
            fires, *after = circuit.graph.evaluate(roots, values)
            if fires or inputs is path.inputs[-1]:
                moves.append((action.name, choices))
            state = dict(zip(state, after, strict=True))
        return tuple(moves)

    def _told(
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
