"""What is at hand about a system from earlier: the project's certificates, then the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from verifier.catalogue import Pair
from verifier.checking import Result, witness_goals
from verifier.evidence.certificates import Certificate
from verifier.evidence.files import DamagedFile, Evidence
from verifier.evidence.traces import Trace
from verifier.gate.behaviour import Behaviour
from verifier.gate.cache import FORMAT, Cache, Entry
from verifier.gate.digests import Digests
from verifier.gate.kept import Run, Witnesses, kept_evidence, kept_witnesses
from verifier.language.functions import ModelFunction
from verifier.language.system import System


class Memory:
    """Evidence for one system as it is now; nothing of it is believed without an audit.

    The cache is asked only where the project's own evidence does not do.
    """

    def __init__(
        self,
        root: Path,
        system: System,
        properties: Sequence[ModelFunction],
        groups: Sequence[str],
        now: Behaviour,
        cache: Cache,
    ) -> None:
        self.groups = groups
        self.warnings: list[str] = []
        self._root, self._name, self._now, self._cache = root, system.name, now, cache
        self._goals = {g: [g, *w] for g, w in witness_goals(system, properties, groups).items()}
        self._files: dict[str, Evidence | None] = {}
        self._entries: dict[str, Entry | None] = {}

    def evidence(self, group: str) -> Iterator[Evidence]:
        """What may show a verdict of a property."""
        if group not in self._files:
            self._files[group] = self._file(group)
        found = self._files[group]
        if found is not None:
            yield found
        entry = self._entry(group)
        if entry is not None and entry.proof is not None:
            yield entry.proof

    def runs(self, group: str) -> Iterator[Run]:
        """Executions that may violate a property."""
        entry = self._entry(group)
        if entry is not None and entry.run is not None:
            yield entry.run

    @cached_property
    def witnesses(self) -> tuple[Witnesses, ...]:
        """What was reached."""
        try:
            kept = kept_witnesses(self._root, self._name)
        except DamagedFile as damage:
            self.warnings.append(f"the witnesses kept for {self._name} are damaged: {damage}")
            kept = None
        entry = self._entry("")
        cached = None if entry is None else entry.witnesses
        return tuple(known for known in (kept, cached) if known is not None)

    @cached_property
    def digests(self) -> Digests:
        return Digests(self._now)

    def digest(self, group: str) -> str:
        """Of what a property's verdict depends on; of all witnesses for the empty name."""
        goals = self._goals[group] if group else [g for g in self._now.circuit.bad if ":" in g]
        return self.digests.of(goal for goal in goals if goal in self._now.circuit.bad)

    def remember(self, result: Result) -> None:
        """Put what was searched for into the cache."""
        key, found = self._key(result.property), result.evidence
        if isinstance(found, Certificate):
            self._cache.put(Entry(FORMAT, key, proof=found))
        elif isinstance(found, Trace):
            moves = tuple((stride.step, stride.choices) for stride in found.steps)
            self._cache.put(Entry(FORMAT, key, run=Run(found.start, moves)))

    def remember_witnesses(self, found: Witnesses) -> None:
        if found.reached or found.unreachable:
            self._cache.put(Entry(FORMAT, self._key(""), witnesses=found))

    def _file(self, group: str) -> Evidence | None:
        try:
            return kept_evidence(self._root, Pair(self._name, group))
        except DamagedFile as damage:
            self.warnings.append(f"the evidence kept for {self._name}/{group} is damaged: {damage}")
            return None

    def _entry(self, group: str) -> Entry | None:
        if not self._cache.on:
            return None
        if group not in self._entries:
            self._entries[group] = self._cache.get(self._key(group))
        return self._entries[group]

    def _key(self, group: str) -> str:
        return self._cache.key(self._name, group, self.digest(group)) if self._cache.on else ""
