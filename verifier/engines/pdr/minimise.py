"""Certificates with fewer and shorter clauses.

Ivrii, Gurfinkel, Belov: Small Inductive Safe Invariants. FMCAD 2014.
"""

from collections.abc import Iterable, Sequence

from verifier.circuit.circuit import Circuit
from verifier.circuit.cnf import Transition, transition
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.pdr.lemma_index import Cube
from verifier.engines.sat import MiniSat
from verifier.evidence.verdicts import Clause, Invariant, Limits


def minimise(
    circuit: Circuit, goals: Sequence[str], invariant: Invariant, limits: Limits
) -> Invariant:
    """No clause of the result can be left out on its own, and no literal of a clause.

    The invariant must be one: inductive, and strong enough for all goals. At a limit, the best so
    far.
    """
    circuit = circuit.restricted(goals, {n for clause in invariant.clauses for n, _ in clause})
    step = transition(circuit)
    bads = [step.bad[goal] for goal in goals]
    proof = _Proof(step, bads, _cubes(circuit, invariant.clauses), Budget(limits))
    away = frozenset(
        -index if latch.reset else index
        for index, latch in enumerate(circuit.latches, start=1)
        if latch.reset is not None
    )
    try:
        proof.drop_unused()
        proof.drop_clauses()
        proof.drop_literals(away)
        proof.drop_clauses()
    except Exhausted:
        pass
    return Invariant(named(circuit, proof.remaining()))


def support(step: Transition, bad: int, cubes: Sequence[Cube]) -> list[Cube]:
    """Those of some jointly inductive lemmas that keep each other and rule a violation out.

    One query a lemma, whatever the limits.
    """
    proof = _Proof(step, [bad], cubes, Budget(Limits()))
    proof.drop_unused()
    return proof.remaining()


def supports(
    circuit: Circuit, goals: Iterable[str], lemmas: Sequence[Sequence[Clause]]
) -> dict[str, list[int]]:
    """For each goal, which lemmas of a common invariant preserve each other and rule its bad out.

    A lemma is several clauses, which stay together.
    """
    step = transition(circuit)
    lemma_of = [number for number, clauses in enumerate(lemmas) for _ in clauses]
    cubes = _cubes(circuit, [clause for clauses in lemmas for clause in clauses])
    proof = _Proof(step, [], cubes, Budget(Limits()))
    return {goal: proof.lemmas_of(step.bad[goal], lemma_of) for goal in goals}


def _cubes(circuit: Circuit, clauses: Iterable[Clause]) -> list[Cube]:
    """The negations of clauses over latch names."""
    number = {latch.name: index for index, latch in enumerate(circuit.latches, start=1)}
    return [
        [-number[name] if value else number[name] for name, value in clause] for clause in clauses
    ]


def named(circuit: Circuit, cubes: Sequence[Cube]) -> tuple[Clause, ...]:
    """Clauses over latch names, in a fixed order, that say of some cubes that none is reached."""
    latches = circuit.latches
    return tuple(
        tuple((latches[abs(literal) - 1].name, literal < 0) for literal in cube)
        for cube in sorted((sorted(cube, key=abs) for cube in cubes), key=lambda c: (len(c), c))
    )


class _Proof:
    """Which lemmas the inductiveness of each lemma rests on, and the safety of all goals.

    Lemma k is switched on by assuming the variable `_on[k]`.
    """

    def __init__(
        self, step: Transition, bads: Sequence[int], cubes: Sequence[Cube], budget: Budget
    ) -> None:
        self._bads = bads
        self._next = step.next
        self._cubes = [list(cube) for cube in cubes]
        self._solver = MiniSat(step.clauses, budget)
        self._on = {step.variables + 1 + k: k for k in range(len(cubes))}
        self._switch = list(self._on)
        for switch, k in self._on.items():
            self._solver.add([-switch, *(-literal for literal in self._cubes[k])])
        self._uses: dict[int, set[int]] = {k: set() for k in range(len(cubes))}
        self._safe: set[int] = set()
        self._rests: dict[int, set[int]] = {}

    def remaining(self) -> list[Cube]:
        return [self._cubes[k] for k in self._uses]

    def drop_unused(self) -> None:
        """Follow what the property rests on, and what that rests on."""
        everything = set(self._uses)
        safe = self._ruled_out(everything)
        if safe is None:
            raise ValueError("the invariant does not rule out a violation")
        uses: dict[int, set[int]] = {}
        frontier = list(safe)
        while frontier:
            k = frontier.pop()
            if k not in uses:
                found = self._refute(self._primed(self._cubes[k]), everything)
                if found is None:
                    raise ValueError("the invariant is not inductive")
                uses[k] = found
                frontier += found
        self._uses, self._safe = {k: uses[k] for k in sorted(uses)}, safe

    def lemmas_of(self, bad: int, lemma_of: Sequence[int]) -> list[int]:
        """The lemmas that rule a bad out and keep each other, `lemma_of` being each clause's."""
        everything = set(range(len(self._cubes)))
        wanted = self._refute([bad], everything)
        if wanted is None:
            raise ValueError("the invariant does not rule out a violation")
        found: set[int] = set()
        frontier = {lemma_of[k] for k in wanted}
        while frontier:
            lemma = frontier.pop()
            found.add(lemma)
            for k in (k for k, number in enumerate(lemma_of) if number == lemma):
                if k not in self._rests:
                    rests = self._refute(self._primed(self._cubes[k]), everything)
                    if rests is None:
                        raise ValueError("the invariant is not inductive")
                    self._rests[k] = rests
                frontier |= {lemma_of[j] for j in self._rests[k]} - found
        return sorted(found)

    def drop_clauses(self) -> None:
        """Leave out each clause whose absence, and that of all that rested on it, is harmless."""
        for k in sorted(self._uses, key=lambda k: -len(self._cubes[k])):
            if k in self._uses:
                self._drop(k)

    def _drop(self, dropped: int) -> None:
        uses = dict(self._uses)
        gone = {dropped}
        safe = self._safe
        while gone:
            for k in gone:
                del uses[k]
            rest = set(uses)
            if not safe <= rest:
                found = self._ruled_out(rest)
                if found is None:
                    return
                safe = found
            gone = set()
            for k in [k for k in uses if not uses[k] <= rest]:
                found = self._refute(self._primed(self._cubes[k]), rest)
                if found is None:
                    gone.add(k)
                else:
                    uses[k] = found
        self._uses, self._safe = uses, safe

    def drop_literals(self, away: frozenset[int]) -> None:
        """Shorten each clause while it stays initial and inductive; stronger, it helps the rest."""
        for k in list(self._uses):
            for literal in list(self._cubes[k]):
                shorter = [x for x in self._cubes[k] if x != literal]
                if not away.isdisjoint(shorter):
                    self._shorten(k, shorter)

    def _shorten(self, k: int, cube: Cube) -> None:
        stronger = max(self._on) + 1
        self._on[stronger] = k
        self._solver.add([-stronger, *(-literal for literal in cube)])
        previous, self._switch[k] = self._switch[k], stronger
        found = self._refute(self._primed(cube), set(self._uses))
        if found is None:
            self._switch[k] = previous
        else:
            self._cubes[k], self._uses[k] = cube, found

    def _primed(self, cube: Cube) -> list[int]:
        following = self._next
        return [following[x - 1] if x > 0 else -following[-x - 1] for x in cube]

    def _ruled_out(self, lemmas: set[int]) -> set[int] | None:
        """Which of some lemmas rule all violations out; None where they do not."""
        used: set[int] = set()
        for bad in self._bads:
            found = self._refute([bad], lemmas)
            if found is None:
                return None
            used |= found
        return used

    def _refute(self, claim: list[int], lemmas: set[int]) -> set[int] | None:
        """Which of some lemmas, holding now, contradict a claim; None where they do not."""
        switches = [self._switch[k] for k in sorted(lemmas)]
        if self._solver.solve([*switches, *claim]):
            return None
        return {self._on[switch] for switch in self._solver.core().intersection(switches)}
