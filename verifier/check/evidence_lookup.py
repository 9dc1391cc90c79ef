"""What is at hand about a system from earlier: the project's certificates, then the cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

from verifier.check.vacuity import witness_goals
from verifier.compiler.behaviour import behaviour_of
from verifier.compiler.digest import Digests
from verifier.compiler.transition_system import TransitionSystem
from verifier.diff.correspondence import Names
from verifier.evidence.bundle import Kept, Run, kept
from verifier.evidence.certificates import Certificate, clauses_from
from verifier.evidence.verdicts import Clause
from verifier.language.goals import is_claim, is_witness
from verifier.project.proof_store import damage, outdated, usable_evidence
from verifier.project.result_cache import FORMAT, Cache, Entry

WITNESSES = ""
"""The cache's entry about all that must be reachable; each property has one of its own."""

STALE = "kept evidence calls fields or steps by their old names: nestproof gate --accept"


class Memory:
    """Evidence for one system as it is now; nothing of it is believed without an audit.

    The cache is asked only where the project's own evidence does not do. `names` are new
    names of what the project's evidence may call by its old one.
    """

    def __init__(
        self,
        root: Path,
        compiled: TransitionSystem,
        groups: Sequence[str],
        cache: Cache,
        names: Names | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self._root, self._compiled, self._cache = root, compiled, cache
        system = compiled.system
        self._name = system.name
        self._goals = {
            g: [g, *w] for g, w in witness_goals(system, compiled.properties, groups).items()
        }
        self._groups = tuple(self._goals)
        self._goals[WITNESSES] = [goal for goal in compiled.circuit.bad if is_witness(goal)]
        self._entries: dict[str, Kept] = {}
        self._names = names or Names()

    @cached_property
    def file(self) -> Kept:
        """What the project keeps; where its file is damaged, nothing and a warning."""
        name = self._name
        found = usable_evidence(self._root, name)
        wrong = None if found is not None else damage(self._root, name)
        self.warnings += [wrong] if wrong is not None else []
        known = found or kept(name, {}, {})
        spoken = {field for lemma in known.lemmas for field in lemma}
        spoken |= {step for run in known.runs.values() for step, _ in run.moves}
        if not spoken.isdisjoint({*self._names.fields, *self._names.steps}):
            self.warnings.append(STALE)
        now = known.renamed(self._names.fields, self._names.steps)
        strange = outdated(now, self._compiled.system)
        self.warnings += [strange] if strange is not None else []
        return now

    @cached_property
    def asked(self) -> frozenset[str]:
        """The properties that are asked for, and the cases that must be reachable for them."""
        return frozenset(goal for entry in self._groups for goal in self._goals[entry])

    def file_with(self, proofs: Mapping[str, Certificate], runs: Mapping[str, Run]) -> Kept:
        """What is worth keeping by now: this, and what the file has that nobody asks for."""
        old = {goal: self.file.certificate(goal) for goal in self.file.proofs}
        rest = {goal: proof for goal, proof in old.items() if proof and goal not in self.asked}
        others = {goal: run for goal, run in self.file.runs.items() if goal not in self.asked}
        return kept(self._name, rest | dict(proofs), others | dict(runs))

    def cached(self, goal: str) -> Kept:
        """What the cache has about a goal, and perhaps about others."""
        return self._entry(_entry_of(goal))

    def _entry(self, entry: str) -> Kept:
        if entry not in self._entries:
            found = self._cache.get(self._key(entry)) if self._cache.on else None
            self._entries[entry] = kept(self._name, {}, {}) if found is None else found.kept
        return self._entries[entry]

    def runs(self, goal: str) -> Iterator[Run]:
        """Executions that may reach a goal."""
        if goal in self.file.runs:
            yield self.file.runs[goal]
        cached = self.cached(goal)
        if goal in cached.runs:
            yield cached.runs[goal]

    def clauses(self) -> list[Clause]:
        """What all proofs at hand say that can be said of the system as it is now."""
        known = [self.file, *(self._entry(entry) for entry in self._goals)]
        return clauses_from(self._compiled, chain.from_iterable(each.lemmas for each in known))

    @cached_property
    def digests(self) -> Digests:
        return Digests(behaviour_of(self._compiled))

    def digest(self, entry: str) -> str:
        """Of what a property's verdict depends on, or of all that must be reachable."""
        goals = self._goals[entry]
        return self.digests.of(goal for goal in goals if goal in self._compiled.circuit.bad)

    def remember(self, proofs: Mapping[str, Certificate], runs: Mapping[str, Run]) -> None:
        """Put what was searched for into the cache."""
        for entry in dict.fromkeys(map(_entry_of, (*proofs, *runs))):
            found = kept(
                self._name,
                {goal: proof for goal, proof in proofs.items() if _entry_of(goal) == entry},
                {goal: run for goal, run in runs.items() if _entry_of(goal) == entry},
            )
            self._cache.put(Entry(FORMAT, self._key(entry), found))

    def _key(self, entry: str) -> str:
        return self._cache.key(self._name, entry, self.digest(entry)) if self._cache.on else ""


def _entry_of(goal: str) -> str:
    return goal if is_claim(goal) else WITNESSES
