"""What is stored about a system from earlier: the project's own evidence, then the cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from verifier.check.vacuity import witness_goals
from verifier.compiler.behaviour import behaviour_of
from verifier.compiler.digest import Digests
from verifier.compiler.transition_system import TransitionSystem
from verifier.diff.correspondence import NewNames
from verifier.evidence.bundle import Bundle, Run
from verifier.evidence.certificates import Certificate, clauses_from
from verifier.evidence.verdicts import Clause
from verifier.language.goals import is_claim, is_witness
from verifier.project.proof_store import ProofStore, outdated
from verifier.project.result_cache import Cache

WITNESSES = ""
"""The cache's entry about all that must be reachable; each property has one of its own."""

STALE = "stored evidence names fields or steps by their old names: nestproof gate --accept"


class StoredEvidence:
    """Evidence for one system as it is now; nothing of it counts without an audit.

    The cache is asked only where the project's own evidence does not do. `names` are new
    names of what the project's evidence may call by its old one.
    """

    def __init__(
        self,
        store: ProofStore,
        compiled: TransitionSystem,
        groups: Sequence[str],
        cache: Cache,
        names: NewNames | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self.compiled, self._store, self._cache = compiled, store, cache
        self._name = compiled.system.name
        witnesses = witness_goals(compiled.system, compiled.properties, groups)
        self._goals = {group: [group, *goals] for group, goals in witnesses.items()}
        self._groups = tuple(self._goals)
        self._goals[WITNESSES] = [goal for goal in compiled.circuit.bad if is_witness(goal)]
        self._entries: dict[str, Bundle] = {}
        self._names = names or NewNames()

    @cached_property
    def own(self) -> Bundle:
        """What the project stores; where its file is damaged, nothing and a warning."""
        name = self._name
        found = self._store.bundle(name)
        wrong = None if found is not None else self._store.damage(name)
        self.warnings += [wrong] if wrong is not None else []
        known = found or Bundle.of(name)
        named = {field for lemma in known.lemmas for field in lemma}
        named |= {step for run in known.runs.values() for step, _ in run.moves}
        if not named.isdisjoint({*self._names.fields, *self._names.steps}):
            self.warnings.append(STALE)
        now = known.renamed(self._names.fields, self._names.steps)
        strange = outdated(now, self.compiled.system)
        self.warnings += [strange] if strange is not None else []
        return now

    @cached_property
    def asked(self) -> frozenset[str]:
        """The properties that are asked for, and the cases that must be reachable for them."""
        return frozenset(goal for entry in self._groups for goal in self._goals[entry])

    def own_with(self, proofs: Mapping[str, Certificate], runs: Mapping[str, Run]) -> Bundle:
        """What is worth storing now: this, and what the project has that nobody asks for."""
        old = {goal: self.own.certificate(goal) for goal in self.own.proofs}
        rest = {goal: proof for goal, proof in old.items() if proof and goal not in self.asked}
        others = {goal: run for goal, run in self.own.runs.items() if goal not in self.asked}
        return Bundle.of(self._name, rest | dict(proofs), others | dict(runs))

    def cached(self, goal: str) -> Bundle:
        """What the cache has about a goal, and perhaps about others."""
        return self._entry(_entry_of(goal))

    def _entry(self, entry: str) -> Bundle:
        if entry not in self._entries:
            found = self._cache.get(self._key(entry)) if self._cache.on else None
            self._entries[entry] = found or Bundle.of(self._name)
        return self._entries[entry]

    def runs(self, goal: str) -> Iterator[Run]:
        """Executions that may reach a goal."""
        for bundle in (self.own, self.cached(goal)):
            if goal in bundle.runs:
                yield bundle.runs[goal]

    def lemmas(self) -> list[Clause]:
        """The lemmas of all stored proofs that fit the system as it is now."""
        known = [self.own, *(self._entry(entry) for entry in self._goals)]
        return clauses_from(self.compiled, chain.from_iterable(each.lemmas for each in known))

    @cached_property
    def digests(self) -> Digests:
        return Digests(behaviour_of(self.compiled))

    def digest(self, entry: str) -> str:
        """Of what a property's verdict depends on, or of all that must be reachable."""
        goals = self._goals[entry]
        return self.digests.of(goal for goal in goals if goal in self.compiled.circuit.bad)

    def save(self, proofs: Mapping[str, Certificate], runs: Mapping[str, Run]) -> None:
        """Put what was searched for into the cache."""
        for entry in dict.fromkeys(map(_entry_of, (*proofs, *runs))):
            found = Bundle.of(
                self._name,
                {goal: proof for goal, proof in proofs.items() if _entry_of(goal) == entry},
                {goal: run for goal, run in runs.items() if _entry_of(goal) == entry},
            )
            self._cache.put(self._key(entry), found)

    def _key(self, entry: str) -> str:
        return self._cache.key(self._name, entry, self.digest(entry)) if self._cache.on else ""


def own_lemmas(store: ProofStore, compiled: TransitionSystem) -> list[Clause]:
    """The lemmas of the project's proofs that fit a system as it is now."""
    bundle = store.bundle(compiled.system.name)
    return [] if bundle is None else clauses_from(compiled, bundle.lemmas)


def _entry_of(goal: str) -> str:
    return goal if is_claim(goal) else WITNESSES
