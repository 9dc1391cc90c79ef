"""The lemmas of an earlier proof that a changed step preserves.

Flanagan, Leino: Houdini, an Annotation Assistant for ESC/Java. FME 2001.
"""

from collections.abc import Iterable, Mapping, Sequence

from verifier.circuit.cnf import Transition
from verifier.circuit.reduce import Fact
from verifier.engines.budget import Budget
from verifier.engines.pdr.lemma_index import Cube
from verifier.engines.sat import MiniSat
from verifier.evidence.verdicts import Clause

_Signed = tuple[str, bool]


def cubes_of(
    lemmas: Iterable[Clause], number: Mapping[str, int], facts: Iterable[Fact]
) -> list[Cube]:
    """The lemmas over the latches that a reduction has left; those over others are dropped."""
    constant: dict[str, bool] = {}
    leader: dict[str, _Signed] = {}
    for fact in facts:
        if len(fact) == 1:
            [(name, value)] = fact
            constant[name] = value
        else:
            (name, value), (first, other) = fact
            leader[name] = first, value != other
    cubes: dict[tuple[int, ...], None] = {}
    for lemma in lemmas:
        cube = _cube(lemma, number, constant, leader)
        if cube:
            cubes[cube] = None
    return [list(cube) for cube in cubes]


def _cube(
    lemma: Clause,
    number: Mapping[str, int],
    constant: Mapping[str, bool],
    leader: Mapping[str, _Signed],
) -> tuple[int, ...]:
    """The negation of a lemma; empty where it always holds or does not fit."""
    literals: set[int] = set()
    for name, value in lemma:
        if name in leader:
            name, same = leader[name]
            value = value if same else not value
        if name in constant:
            if constant[name] == value:
                return ()
            continue
        if name not in number:
            return ()
        literals.add(-number[name] if value else number[name])
    return () if any(-x in literals for x in literals) else tuple(sorted(literals, key=abs))


def survivors(
    step: Transition, resets: Sequence[bool | None], cubes: Iterable[Cube], budget: Budget
) -> list[Cube]:
    """The largest part that holds initially and that every step preserves. Raises Exhausted."""
    away = {-i if reset else i for i, reset in enumerate(resets, 1) if reset is not None}
    left = [cube for cube in cubes if not away.isdisjoint(cube)]
    solver = MiniSat(step.clauses, budget)
    switch = [step.variables + 1 + k for k in range(len(left))]
    for k, cube in enumerate(left):
        solver.add([-switch[k], *(-literal for literal in cube)])
    alive = set(range(len(left)))
    waiting = sorted(alive)
    while waiting:
        k = waiting.pop()
        if k not in alive:
            continue
        primed = [_next(step, literal) for literal in left[k]]
        if not solver.solve([*(switch[j] for j in sorted(alive)), *primed]):
            continue
        after = _after(step, solver.model())
        alive = {j for j in alive if not after.issuperset(left[j])}
        waiting = sorted(alive)
    return [left[k] for k in sorted(alive)]


def _next(step: Transition, literal: int) -> int:
    return step.next[literal - 1] if literal > 0 else -step.next[-literal - 1]


def _after(step: Transition, model: Sequence[int]) -> set[int]:
    """The state that the assignment just found steps into."""
    true = set(model)
    return {i if following in true else -i for i, following in enumerate(step.next, 1)}
