"""Cases on which a circuit is compared: random walks first, a SAT solver for what they miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from random import Random

from verifier.circuit.circuit import Circuit
from verifier.circuit.packed import Program
from verifier.circuit.tseitin import Tseitin
from verifier.compiler.bits import Case, cases_of, spread_out, word_of, words_of
from verifier.compiler.coverpoints import Coverpoint, Coverpoints
from verifier.compiler.selector import is_step_input

WALKS = 512
"""Random walks that are followed at once; each second one starts in any state."""
ROUNDS = 8
"""Steps of each walk."""
SPREAD = 32
"""Cases like one that the solver has found, of which those are used that reach coverpoints."""
FIRST = (1).to_bytes(SPREAD // 8, "little")
NEAR = ((1 << SPREAD // 2) - 1 << SPREAD // 2).to_bytes(SPREAD // 8, "little")
"""The first of those cases, and those that are close to it in what it depends on."""
BATCH = 32
"""Questions to the solver before the cases found are counted."""
STANDING = 48
"""Cases that are compared in whether a step is enabled after them, but for those found for that."""
CONFLICTS = 300_000
"""Of the solver, for all questions about a system together: no clock, so that the answer is the
same on every machine. The bundled systems need a few hundred; these take half a minute."""
CONFLICTS_AT_ONCE = 2_000
"""Between two moments at which Ctrl-C is heard."""


class CaseUndecided(Exception):
    """The solver did not find out in its budget whether a coverpoint can be reached."""

    def __init__(self, coverpoint: Coverpoint) -> None:
        super().__init__(coverpoint.what)
        self.coverpoint = coverpoint


class Cases:
    """Cases that reach all coverpoints that can be reached, each several times if that is easy."""

    def __init__(self, coverpoints: Coverpoints, circuit: Circuit, times: int = 1) -> None:
        self.coverpoints = coverpoints
        self.circuit = circuit
        self.random = Random(0)
        self.chosen: dict[Case, None] = {}
        self.times = [0] * len(coverpoints.all)
        self.wanted = [coverpoint.times * times for coverpoint in coverpoints.all]
        self.unreachable: list[Coverpoint] = []

    def found(self) -> list[Case]:
        """The cases. Raises Undecided."""
        self._choose(self._walks(), WALKS * ROUNDS)
        self._search()
        self._reduce()
        return list(self.chosen)

    def _reduce(self) -> None:
        """Leave out cases that reach nothing which the others do not reach often enough."""
        chosen = words_of(list(self.chosen))
        count, self.chosen, self.times = len(self.chosen), {}, [0] * len(self.times)
        self._choose(chosen, count)

    def impossible(self) -> Coverpoint | None:
        """A coverpoint that no sound circuit reaches, where a case reaches it."""
        reached = zip(self.coverpoints.all, self.times, strict=True)
        return next((each for each, times in reached if each.never and times), None)

    def _walks(self) -> list[int]:
        """Words of the cases along random walks: round by round, the first in the lowest bits."""
        circuit, random = self.circuit, self.random
        states = [latch.literal for latch in circuit.latches]
        inputs = [bit.literal for bit in circuit.inputs]
        step = Program(circuit.graph, [*states, *inputs], [x.next for x in circuit.latches])
        ones = (1 << WALKS) - 1
        anywhere = random.getrandbits(WALKS)
        state = [
            random.getrandbits(WALKS)
            if latch.reset is None
            else (ones * latch.reset & ~anywhere) | random.getrandbits(WALKS) & anywhere
            for latch in circuit.latches
        ]
        whole = [0] * (len(states) + len(inputs))
        for number in range(ROUNDS):
            words = [*state, *self._inputs()]
            whole = [word << WALKS * number | seen for word, seen in zip(words, whole, strict=True)]
            state = step(words, ones)
        return whole

    def _inputs(self) -> Iterator[int]:
        """A step for each walk, and choices."""
        names = [bit.name for bit in self.circuit.inputs]
        steps = sum(map(is_step_input, names))
        count = len(self.coverpoints.translation.steps.outcomes)
        codes = self.random.choices(range(1 + count), k=WALKS)
        for place in range(steps):
            digits = "".join("1" if code >> place & 1 else "0" for code in codes)
            yield int(digits, 2)
        for _ in names[steps:]:
            yield self.random.getrandbits(WALKS)

    def _choose(self, variables: Sequence[int], count: int) -> None:
        """Choose cases that reach coverpoints not reached often enough, the rare ones first."""
        words, wanted = self.coverpoints.words(variables, (1 << count) - 1), self.wanted
        reached = [words[coverpoint.point] for coverpoint in self.coverpoints.all]
        short = [n for n, word in enumerate(reached) if word and self.times[n] < wanted[n]]
        short.sort(key=lambda n: reached[n].bit_count())
        used, lanes = 0, []
        for n in short:
            unused = reached[n] & ~used
            while unused and self.times[n] + (reached[n] & used).bit_count() < wanted[n]:
                lane = self._lane(unused, (reached[m] for m in short))
                used |= 1 << lane
                lanes.append(lane)
                unused = reached[n] & ~used
        if lanes:
            self.chosen |= dict.fromkeys(cases_of(variables, lanes, count))
        for n in short:
            self.times[n] += (reached[n] & used).bit_count()

    def standing(self) -> list[Case]:
        """Some cases to find out in whether a step is enabled after them."""
        cases, words = list(self.chosen), self._reached
        reached = (words[point] for point in self.coverpoints.of_deadlock)
        lanes = {self._lane(word, ()) for word in reached if word}
        lanes.update(range(0, len(cases), 1 + len(cases) // STANDING))
        return [cases[lane] for lane in sorted(lanes)]

    @cached_property
    def _reached(self) -> list[int]:
        """In which of the cases, once all are found, each point is reached."""
        return self.coverpoints.words(words_of(list(self.chosen)), (1 << len(self.chosen)) - 1)

    def _lane(self, cases: int, rare: Iterable[int]) -> int:
        """One of some cases; it reaches as many rare coverpoints as are reached together."""
        for word in rare:
            both = cases & word
            if both:
                cases = both
                if not both & (both - 1):
                    break
        return cases.bit_length() - 1

    def _search(self) -> None:
        """Ask a solver about the coverpoints that no case has reached."""
        missing = [n for n, times in enumerate(self.times) if not times]
        if not missing:
            return
        solver = _Solver(self.coverpoints)
        while missing:
            batch: list[bytes] = []
            asked, unreachable = set[int](), set[int]()
            for n in missing:
                if len(batch) == BATCH:
                    break
                asked.add(n)
                coverpoint = self.coverpoints.all[n]
                case = solver.case(coverpoint)
                if case is None:
                    unreachable.add(n)
                    self.unreachable.append(coverpoint)
                else:
                    batch.append(self._spread(case, coverpoint))
            if batch:
                self._choose(_joined(batch, len(self.coverpoints.variables)), SPREAD * len(batch))
            lost = [n for n in asked - unreachable if not self.times[n]]
            if lost:
                raise CaseUndecided(self.coverpoints.all[lost[0]])
            missing = [n for n in missing if not self.times[n] and n not in asked]

    def _spread(self, case: Case, coverpoint: Coverpoint) -> bytes:
        """Words of cases like one: the first is it, the others differ where it hardly matters."""
        width, bits, lanes = len(case), self.random.getrandbits, SPREAD // 8
        needed = self.coverpoints.support(self.coverpoints.points.chain(coverpoint.point))
        close = spread_out(needed, width, lanes)
        size = SPREAD * width
        rarely = bits(size) & bits(size) & bits(size) & int.from_bytes(NEAR * width, "little")
        noise = (rarely & close) | (bits(size) & ~close)
        first = int.from_bytes(FIRST * width, "little")
        words = spread_out(word_of(case), width, lanes) ^ (noise & ~first)
        return words.to_bytes(size // 8, "little")


def _joined(spreads: Sequence[bytes], width: int) -> list[int]:
    """Words of several spreads, side by side."""
    size = SPREAD // 8
    return [
        int.from_bytes(b"".join([each[place : place + size] for each in spreads]), "little")
        for place in range(0, width * size, size)
    ]


class _Solver:
    """Finds a case that reaches a coverpoint, or that there is none."""

    def __init__(self, coverpoints: Coverpoints) -> None:
        from pysat.solvers import Minisat22

        self._coverpoints = coverpoints
        self._solver = Minisat22()
        self._clauses = Tseitin(coverpoints.graph, self._solver.add_clause)
        self._dead: set[int] = set()
        self._known = 0
        self._named: list[int] = []

    def case(self, coverpoint: Coverpoint) -> Case | None:
        """A case; None where no state and inputs reach the coverpoint. Raises Undecided."""
        chain = self._coverpoints.points.chain(coverpoint.point)
        if self._dead.intersection(chain):
            return None
        literal = self._coverpoints.points.literal
        asked = {self._clauses.literal(literal[point]): point for point in reversed(chain)}
        if self._holds(list(asked), coverpoint):
            model = [0, *self._solver.get_model()]
            model += [0] * (1 + len(self._clauses.number) - len(model))
            return tuple([int(model[n] > 0) for n in self._numbers()])
        core = self._solver.get_core() or []
        self._dead.add(max((asked[literal] for literal in core), default=chain[0]))
        return None

    def _numbers(self) -> list[int]:
        """The solver's number of each variable; 0 for those that nothing asked depends on."""
        known = self._clauses.number
        if len(known) != self._known:
            self._known = len(known)
            self._named = [known.get(x >> 1, 0) for x in self._coverpoints.variables]
        return self._named

    def _holds(self, literals: list[int], coverpoint: Coverpoint) -> bool:
        """Whether literals can hold together."""
        while self._solver.accum_stats()["conflicts"] < CONFLICTS:
            self._solver.conf_budget(CONFLICTS_AT_ONCE)
            answer: bool | None = self._solver.solve_limited(literals, expect_interrupt=True)
            if answer is not None:
                return answer
        raise CaseUndecided(coverpoint)
