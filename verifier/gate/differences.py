"""What a change does to a system's behaviour, decided by Z3 on the circuits, not by text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import z3

from verifier.circuit.circuit import Circuit
from verifier.circuit.graph import TRUE
from verifier.circuit.z3_terms import Z3Terms, answer_of
from verifier.engines.auto import auto
from verifier.engines.simulation import simulation
from verifier.evidence.traces import Value
from verifier.evidence.verdicts import Clause, Limits, Path, Proved, Verdict, Violated
from verifier.gate.behaviour import Behaviour, Variable
from verifier.gate.joint import Aspect, Joint, same_code

REACHING = Limits(depth=40, seconds=20.0)
"""How long a reachable example is looked for."""
ALIKE = 0.5
"""How alike the names of a field must be before and after it is renamed."""

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


@dataclass(frozen=True)
class Difference:
    """What two versions of a system do not have in common."""

    system: str
    changes: tuple[Change, ...] = ()
    added_fields: tuple[str, ...] = ()
    removed_fields: tuple[str, ...] = ()
    renamed_fields: tuple[tuple[str, str], ...] = ()
    added_steps: tuple[str, ...] = ()
    removed_steps: tuple[str, ...] = ()
    changed_choices: tuple[str, ...] = ()
    starts: tuple[tuple[str, Value | None, Value | None], ...] = ()
    """Fields that start with another value; None stands for any value."""
    added_properties: tuple[str, ...] = ()
    removed_properties: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether both versions behave alike, whatever their fields are called."""
        return not (self.changes or self.added_steps or self.removed_steps or self.starts)


def difference(old: Behaviour, new: Behaviour, reaching: Limits = REACHING) -> Difference:
    """Compare two versions step by step, for every state and every choice."""
    renamed = _renamed(old, new)
    joint, aspects = _compared(old, new, renamed)
    wrong = {one.name for one in aspects if one.kind == "field"}
    if not wrong.isdisjoint(renamed.values()):
        renamed = {was: now for was, now in renamed.items() if now not in wrong}
        joint, aspects = _compared(old, new, renamed)
    examples = _Examples(joint, reaching)
    return Difference(
        system=new.system,
        changes=tuple(examples.of(aspects)),
        added_fields=_only(new.fields, old.fields, renamed.values()),
        removed_fields=_only(old.fields, new.fields, renamed),
        renamed_fields=tuple(sorted(renamed.items())),
        added_steps=tuple(a.name for a in new.actions if old.action(a.name) is None),
        removed_steps=tuple(a.name for a in old.actions if new.action(a.name) is None),
        changed_choices=tuple(_changed_choices(old, new)),
        starts=tuple(
            (now.name, was.initial, now.initial)
            for was, now in joint.fields
            if was.initial != now.initial
        ),
        added_properties=tuple(sorted(_groups(new) - _groups(old))),
        removed_properties=tuple(sorted(_groups(old) - _groups(new))),
    )


def alike(old: Behaviour, new: Behaviour, lemmas: Iterable[Clause] = ()) -> bool:
    """Whether two versions start alike and do the same in every state where the lemmas hold.

    The lemmas are about the old version's fields; inductive there, they hold wherever it goes.
    """
    joint = Joint(old, new, {})
    if len(joint.fields) != len(old.fields) or len(joint.fields) != len(new.fields):
        return False
    if any(was.initial != now.initial for was, now in joint.fields):
        return False
    names = [action.name for action in old.actions]
    if names != [action.name for action in new.actions]:
        return False
    known = joint.graph.all(
        joint.graph.any(joint.old.image[name] ^ (not value) for name, value in lemma)
        for lemma in lemmas
    )
    return not _differing(joint, [a for step in names for a in joint.aspects(step)], known)


def _compared(
    old: Behaviour, new: Behaviour, renamed: Mapping[str, str]
) -> tuple[Joint, list[Aspect]]:
    """The aspects in which some state and choice makes the versions differ."""
    joint = Joint(old, new, renamed)
    both = [action.name for action in new.actions if old.action(action.name) is not None]
    candidates = [aspect for step in both for aspect in joint.aspects(step)]
    return joint, _differing(joint, candidates)


def _differing(joint: Joint, candidates: Sequence[Aspect], known: int = TRUE) -> list[Aspect]:
    """Z3 says of the rest that nothing tells the versions apart there."""
    terms = Z3Terms(joint.graph)
    solver = z3.SolverFor("QF_FD")
    solver.add(terms.term(known))
    left, found = list(candidates), set[int]()
    while left:
        solver.push()
        solver.add(z3.Or([terms.term(aspect.differs) for aspect in left]))
        answer = answer_of(solver)
        if answer == z3.unknown:
            raise RuntimeError(f"Z3 does not compare two steps: {solver.reason_unknown()}")
        if answer == z3.unsat:
            break
        model = solver.model()
        here = {id(a) for a in left if terms.value(model, a.differs)}
        solver.pop()
        found |= here
        left = [aspect for aspect in left if id(aspect) not in here]
    return [aspect for aspect in candidates if id(aspect) in found]


class _Examples:
    """Looks for an example of each aspect: reached if possible, any state otherwise."""

    def __init__(self, joint: Joint, reaching: Limits) -> None:
        self.joint = joint
        self.reaching = reaching

    def of(self, aspects: Sequence[Aspect]) -> list[Change]:
        if not aspects:
            return []
        graph = self.joint.graph
        goals = {f"{i}": [aspect] for i, aspect in enumerate(aspects)}
        whole = self.joint.circuit(goals)
        found: dict[str, Verdict] = dict(simulation(whole, list(goals)))
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
            elif f"{i}" not in found:
                found[f"{i}"] = shortest
        return [self._change(circuit, a, found.get(f"{i}")) for i, a in enumerate(aspects)]

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
        taken = [self.joint.new.behaviour.taken(inputs) for inputs in path.inputs]
        return tuple((action.name, choices) for action, choices in filter(None, taken))

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


def _renamed(old: Behaviour, new: Behaviour) -> dict[str, str]:
    """Old fields that are gone with new ones that look like them, the most alike first."""
    gone = [f for f in old.fields if new.field(f.name) is None]
    come = [f for f in new.fields if old.field(f.name) is None]
    likeness = sorted(
        (
            (difflib.SequenceMatcher(None, was.name, now.name).ratio(), was.name, now.name)
            for was in gone
            for now in come
            if same_code(was, now) and was.initial == now.initial and len(was.bits) == len(now.bits)
        ),
        key=lambda found: (-found[0], found[1:]),
    )
    renamed: dict[str, str] = {}
    for ratio, was_name, now_name in likeness:
        if ratio >= ALIKE and was_name not in renamed and now_name not in renamed.values():
            renamed[was_name] = now_name
    return renamed


def _only(
    some: Sequence[Variable], others: Sequence[Variable], renamed: Iterable[str]
) -> tuple[str, ...]:
    names = {field.name for field in others} | set(renamed)
    return tuple(field.name for field in some if field.name not in names)


def _changed_choices(old: Behaviour, new: Behaviour) -> Iterable[str]:
    for action in new.actions:
        was = old.action(action.name)
        if was is None:
            continue
        before = {choice.name: choice.values for choice in was.choices}
        after = {choice.name: choice.values for choice in action.choices}
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield f"{action.name}.{name}"


def _groups(behaviour: Behaviour) -> set[str]:
    return {goal for goal in behaviour.circuit.bad if ":" not in goal}
