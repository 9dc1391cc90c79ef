"""Whether a system's concrete run equals its circuit, on random states and choices.

The two are independent readings of the same model functions: one plain, one forked and merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from verifier.language.compiled import ASSERTIONS, Compiled
from verifier.language.concrete import ConcreteRun, Taken
from verifier.language.system import Step

Bits = Mapping[str, bool]


@dataclass(frozen=True)
class Difference:
    """Something that the circuit and the concrete run say differently about one step."""

    step: str
    choices: Mapping[str, Any]
    before: Mapping[str, Any]
    what: str
    circuit: Any
    concrete: Any

    def __str__(self) -> str:
        return (
            f"{self.what} after {self.step}{dict(self.choices)}: {self.circuit} by the circuit, "
            f"{self.concrete} by the concrete run, from {dict(self.before)}"
        )


@dataclass(frozen=True)
class Agreement:
    """How many cases were compared, how often each step was enabled, and what differed."""

    cases: int
    enabled: Counter[str]
    differences: tuple[Difference, ...]


def agreement(
    compiled: Compiled, cases: int = 10, walks: int = 1000, rounds: int = 60, seed: int = 0
) -> Agreement:
    """Compare the concrete run with the circuit along random walks.

    Half of the walks start in initial states, half in any state that the fields allow. Each
    step is compared in up to `cases` states where it is enabled, and each round in a few others.
    """
    walk = _Walks(compiled, walks, Random(seed))
    enabled: Counter[str] = Counter()
    differences: list[Difference] = []
    compared = 0
    for _ in range(rounds):
        walk.choose()
        after = walk.evaluated()
        chosen = {walk.random.randrange(walks) for _ in range(4)}
        for step in compiled.system.actions:
            if enabled[step.name] < cases:
                chosen |= set(walk.some(after[f"bad fires:{step.name}"], 2))
        for lane in sorted(chosen):
            case = _Case(compiled, _bits(walk.words, lane))
            enabled[case.name] += case.moved
            differences += case.differences(_bits(after, lane))
        compared += len(chosen)
        walk.advance(after)
    return Agreement(compared, enabled, tuple(differences))


def _bits(words: Mapping[str, int], lane: int) -> Bits:
    return {name: bool(word >> lane & 1) for name, word in words.items()}


class _Walks:
    """Many walks at once: bit i of every word belongs to walk i."""

    def __init__(self, compiled: Compiled, count: int, random: Random) -> None:
        self.circuit = compiled.circuit
        self.codes = range(1 + len(compiled.system.actions))
        self.random = random
        self.count = count
        self.ones = (1 << count) - 1
        anywhere = self._word()
        self.words = {
            latch.name: self._word()
            if latch.reset is None
            else (self.ones if latch.reset else 0) & ~anywhere | self._word() & anywhere
            for latch in self.circuit.latches
        }

    def _word(self) -> int:
        return self.random.getrandbits(self.count)

    def choose(self) -> None:
        """Give each walk its next step and random choices."""
        for bit in self.circuit.inputs:
            self.words[bit.name] = self._word()
        codes = self.random.choices(self.codes, k=self.count)
        for place in range((len(self.codes) - 1).bit_length()):
            digits = "".join("1" if code >> place & 1 else "0" for code in codes)
            self.words[f"step#{place}"] = int(digits, 2)

    def evaluated(self) -> dict[str, int]:
        """What the circuit says: next latches by name, outputs after `bad `."""
        circuit = self.circuit
        roots = {latch.name: latch.next for latch in circuit.latches}
        roots |= {f"bad {name}": literal for name, literal in circuit.bad.items()}
        now = {bit.literal: self.words[bit.name] for bit in circuit.inputs}
        now |= {latch.literal: self.words[latch.name] for latch in circuit.latches}
        words = circuit.graph.evaluate(roots.values(), now, self.ones)
        return dict(zip(roots, words, strict=True))

    def some(self, word: int, count: int) -> Iterator[int]:
        """A few of the walks that a word holds."""
        for _ in range(count):
            above = word >> (start := self.random.randrange(self.count))
            rest = above or word
            if rest:
                yield (start if above else 0) + (rest & -rest).bit_length() - 1

    def advance(self, after: Mapping[str, int]) -> None:
        for latch in self.circuit.latches:
            self.words[latch.name] = after[latch.name]


class _Case:
    """One step taken concretely."""

    def __init__(self, compiled: Compiled, bits: Bits) -> None:
        self.compiled = compiled
        self.before = compiled.start(bits)
        self.run = ConcreteRun(compiled.leaves, list(self.before))
        self.move = compiled.taken(bits)
        self.taken = self._take(*self.move) if self.move else None
        if self.taken is None:
            self.run.stand()

    def _take(self, step: Step, choices: Mapping[str, Any]) -> Taken | None:
        return self.run.take(step.function, self.compiled.system.state(self.run.store), choices)

    @property
    def name(self) -> str:
        return self.move[0].name if self.move else "nothing"

    @property
    def moved(self) -> bool:
        return self.taken is not None and self.taken.failed is None

    def differences(self, after: Bits) -> Iterator[Difference]:
        for what, circuit, concrete in (*self._fields(after), *self._outputs(after)):
            if circuit != concrete:
                choices = self.move[1] if self.move else {}
                paths = (leaf.path for leaf in self.compiled.leaves)
                before = dict(zip(paths, self.before, strict=True))
                yield Difference(self.name, choices, before, what, circuit, concrete)

    def _fields(self, after: Bits) -> Iterator[tuple[str, Any, Any]]:
        computed = self.compiled.start(after)
        for leaf, circuit, concrete in zip(
            self.compiled.leaves, computed, self.run.store.values, strict=True
        ):
            if not leaf.event:
                yield f"`{leaf.path}`", circuit, concrete

    def _outputs(self, after: Bits) -> Iterator[tuple[str, bool, bool]]:
        for step in self.compiled.system.actions:
            fired = self.moved and self.name == step.name
            yield f"`{step.name}` enabled", after[f"bad fires:{step.name}"], fired
        failed = self.taken is not None and self.taken.failed is not None
        yield "an assertion failed", after.get(f"bad {ASSERTIONS}", False), failed
        for group, conjuncts in self.compiled.conjuncts.items():
            sometimes = conjuncts[0].binding.function.kind == "sometimes"
            holding = [conjunct.binding.holds(self.run.store) for conjunct in conjuncts]
            bad = any(holding) if sometimes else not all(holding)
            yield f"`{group}`", after[f"bad {group}"], bad
