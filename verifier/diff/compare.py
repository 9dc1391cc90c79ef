"""What a change does to a system's behaviour, decided by Z3 on the circuits, not by text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import z3

from verifier.circuit.aig import TRUE
from verifier.circuit.z3_terms import Z3Terms, answer_of
from verifier.compiler.behaviour import Behaviour, Variable
from verifier.diff.correspondence import renamed_fields, renamed_steps, replaced_fields
from verifier.diff.miter import Aspect, Joint, Side
from verifier.diff.pairing import lost_values, paired_choices, same_code, starts_equal
from verifier.diff.step_comparison import StepComparison, claims_in
from verifier.diff.witnesses import Change, Examples
from verifier.evidence.verdicts import Clause, Limits, Progress, Watch, silent
from verifier.language.goals import is_claim, step_goal
from verifier.language.plain_values import Value

REACHING = Limits(depth=40, seconds=20.0)
"""How long a reachable example is looked for."""


@dataclass(frozen=True)
class Difference:
    """What two versions of a system do not have in common."""

    system: str
    changes: tuple[Change, ...] = ()
    added_fields: tuple[str, ...] = ()
    removed_fields: tuple[str, ...] = ()
    renamed_fields: tuple[tuple[str, str], ...] = ()
    replaced_fields: tuple[tuple[str, str], ...] = ()
    """Fields that are gone, with new ones that steps set otherwise: they are compared all the same.
    """
    renamed_steps: tuple[tuple[str, str], ...] = ()
    added_steps: tuple[str, ...] = ()
    removed_steps: tuple[str, ...] = ()
    changed_choices: tuple[str, ...] = ()
    renamed_choices: tuple[tuple[str, str], ...] = ()
    lost: tuple[tuple[str, str, tuple[Value, ...], tuple[Value, ...]], ...] = ()
    """Choices by step, and fields, with fewer values: what both have, none where one is gone."""
    starts: tuple[tuple[str, Value | None, Value | None], ...] = ()
    """Fields that start with another value; None stands for any value."""
    renamed_goals: tuple[tuple[str, str], ...] = ()
    """Properties, and cases as `sometimes:NAME`, that say the same by another name."""
    exposed: tuple[str, ...] = ()
    """Fields that were ghosts and are none any more: what a model runs may read them."""
    lost_starts: tuple[str, ...] = ()
    """Fields that started as any value and that no field stands for any more."""
    added_properties: tuple[str, ...] = ()
    removed_properties: tuple[str, ...] = ()

    @property
    def joined_fields(self) -> dict[str, str]:
        """The new fields that old ones with other names are compared with."""
        return dict((*self.renamed_fields, *self.replaced_fields))

    @property
    def none(self) -> bool:
        """Whether both versions behave the same, whatever their fields are called."""
        return not (self.changes or self.added_steps or self.removed_steps or self.starts)

    @property
    def is_idle(self) -> bool:
        """Whether no verdict can depend on it."""
        other = self.changed_choices or self.added_properties or self.removed_properties
        return self.none and not other


def difference(
    old: Behaviour,
    new: Behaviour,
    reaching: Limits = REACHING,
    each: bool = False,
    watch: Watch = silent,
    goals: Mapping[str, str] | None = None,
) -> Difference:
    """Compare two versions step by step, for every state and every choice.

    `goals` are properties and cases that have another name now. What a step does differently is
    reached as far as the shortest execution to any of it shows, and random ones do; `each` asks of
    every single thing whether it is.
    """
    steps = renamed_steps(old, new)
    renamed_goals = goals or {}
    old = old.with_steps(steps).with_goals(renamed_goals)
    renamed = renamed_fields(old, new)
    watch(Progress("compare", 0, new.system))
    joined = renamed | replaced_fields(old, new, renamed)
    joint, aspects = _compared(old, new, joined)
    wrong = {one.name for one in aspects if one.kind == "field"}
    renamed = {was: now for was, now in renamed.items() if now not in wrong}
    examples = Examples(joint, reaching, each, watch)
    return Difference(
        system=new.system,
        changes=tuple(examples.of(aspects)),
        added_fields=_only(new.fields, old.fields, joined.values()),
        removed_fields=_only(old.fields, new.fields, joined),
        renamed_fields=tuple(sorted(renamed.items())),
        replaced_fields=tuple(sorted(joined.items() - renamed.items())),
        renamed_steps=tuple(sorted(steps.items())),
        added_steps=tuple(a.name for a in new.actions if old.action(a.name) is None),
        removed_steps=tuple(a.name for a in old.actions if new.action(a.name) is None),
        changed_choices=tuple(_changed_choices(old, new)),
        renamed_choices=tuple(_renamed_choices(old, new)),
        lost=tuple(_lost(joint, old, new)),
        starts=tuple(
            (now.name, was.initial, now.initial)
            for was, now in joint.fields
            if not starts_equal(was, now)
        ),
        exposed=tuple(now.name for was, now in joint.fields if was.ghost and not now.ghost),
        lost_starts=tuple(_lost_starts(old, new, joined)),
        renamed_goals=tuple(sorted(renamed_goals.items())),
        added_properties=tuple(sorted(_groups(new) - _groups(old))),
        removed_properties=tuple(sorted(_groups(old) - _groups(new))),
    )


def equivalent(
    old: Behaviour,
    new: Behaviour,
    lemmas: Iterable[Clause] = (),
    fields: Mapping[str, str] | None = None,
) -> bool:
    """Whether two versions have the same start and do the same wherever the lemmas hold.

    The lemmas are about the old version's fields; inductive there, they hold wherever it goes.
    `fields` are those with other names now.
    """
    joint = Joint(old, new, fields or {}, strict=True)
    if len(joint.fields) != len(old.fields) or len(joint.fields) != len(new.fields):
        return False
    if not all(starts_equal(was, now) for was, now in joint.fields):
        return False
    names = [action.name for action in old.actions]
    if names != [action.name for action in new.actions]:
        return False
    known = joint.graph.all(
        joint.graph.any(joint.old.image[name] ^ (not value) for name, value in lemma)
        for lemma in lemmas
    )
    return not _differing(joint, _aspects(joint, names), known)


def _compared(
    old: Behaviour, new: Behaviour, renamed: Mapping[str, str]
) -> tuple[Joint, list[Aspect]]:
    """The aspects in which some state and choice makes the versions differ."""
    joint = Joint(old, new, renamed)
    if _folds_equal(joint):
        return joint, []
    both = [action.name for action in new.actions if old.action(action.name) is not None]
    return joint, _differing(joint, _aspects(joint, both))


def _folds_equal(joint: Joint) -> bool:
    """Whether all that steps do folds to the same gates, so that none does anything else."""
    old, new = joint.old.behaviour, joint.new.behaviour
    steps = [(action.name, action.code, action.choices) for action in old.actions]
    if steps != [(action.name, action.code, action.choices) for action in new.actions]:
        return False
    if joint.extra or any(not same_code(was, now) for was, now in joint.fields):
        return False
    shared = sorted(claims_in(old) & claims_in(new))
    goals = [*shared, *(step_goal(action.name) for action in new.actions)]
    return _whole(joint, joint.old, goals, 0) == _whole(joint, joint.new, goals, 1)


def _whole(joint: Joint, side: Side, goals: Sequence[str], number: int) -> list[int]:
    """Each shared field's next value, and goals, whatever step is taken."""
    circuit = side.behaviour.circuit
    image = {latch.literal: side.image[latch.name] for latch in circuit.latches}
    image |= {bit.literal: joint.new.image[bit.name] for bit in circuit.inputs}
    after = {latch.name: latch.next for latch in circuit.latches}
    held = [bit for pair in joint.fields for bit in pair[number].bits]
    roots = [*(after[bit] for bit in held), *(circuit.bad[goal] for goal in goals)]
    return list(circuit.graph.copy_into(joint.graph, roots, image))


def _aspects(joint: Joint, steps: Sequence[str]) -> list[Aspect]:
    return [aspect for step in steps for aspect in StepComparison(joint, step).aspects()]


def _differing(joint: Joint, candidates: Sequence[Aspect], known: int = TRUE) -> list[Aspect]:
    """Z3 confirms of the rest that the versions do not differ there."""
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


def _only(
    some: Sequence[Variable], others: Sequence[Variable], renamed: Iterable[str]
) -> tuple[str, ...]:
    names = {field.name for field in others} | set(renamed)
    return tuple(field.name for field in some if field.name not in names)


def _lost_starts(old: Behaviour, new: Behaviour, renamed: Mapping[str, str]) -> list[str]:
    """Fields that are gone and that could start with any value."""
    gone = _only(old.fields, new.fields, renamed)
    return [field.name for field in old.fields if field.initial is None and field.name in gone]


def _changed_choices(old: Behaviour, new: Behaviour) -> Iterable[str]:
    for action in new.actions:
        was = old.action(action.name)
        if was is None:
            continue
        pairs = paired_choices(was, action)
        known = {now.name for before, now in pairs if now is not None}
        found = [each.name for each in action.choices if each.name not in known]
        found += [
            before.name for before, now in pairs if now is None or before.values != now.values
        ]
        yield from (f"{action.name}.{name}" for name in sorted(found))


def _renamed_choices(old: Behaviour, new: Behaviour) -> Iterable[tuple[str, str]]:
    for action in new.actions:
        was = old.action(action.name)
        for before, now in paired_choices(was, action) if was is not None else ():
            if now is not None and now.name != before.name:
                yield f"{action.name}.{before.name}", f"{action.name}.{now.name}"


def _is_undone(joint: Joint, step: str) -> bool:
    """Whether what a step did somewhere no step does any more."""
    undone = StepComparison(joint, step).undone()
    return bool(_differing(joint, [Aspect(step, "choice", step, undone, (), ())]))


def _lost(
    joint: Joint, old: Behaviour, new: Behaviour
) -> Iterable[tuple[str, str, tuple[Value, ...], tuple[Value, ...]]]:
    """What had more values than now: choices by step, and a field for those that are alike."""
    for action in old.actions:
        is_now = new.action(action.name)
        for choice, now in paired_choices(action, is_now) if is_now is not None else ():
            if _is_undone(joint, action.name) if now is None else lost_values(choice, now):
                yield action.name, choice.name, choice.values, now.values if now else ()
    seen = set()
    for was, field in joint.fields:
        values = was.values, field.values
        if values not in seen and lost_values(was, field):
            seen.add(values)
            yield "", field.name, *values


def _groups(behaviour: Behaviour) -> set[str]:
    return {goal for goal in behaviour.circuit.bad if is_claim(goal)}
