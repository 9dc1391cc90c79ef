"""What the pairs of a catalogue are decided with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.verdicts import Limits, Watch, silent
from verifier.project.catalogue import Catalogue
from verifier.project.circuit_cache import Circuits
from verifier.project.proof_store import ProofStore
from verifier.project.result_cache import Cache


@dataclass(frozen=True)
class Context:
    """A catalogue, where its circuits and earlier results come from, and what a search may use."""

    catalogue: Catalogue
    circuits: Circuits
    cache: Cache
    limits: Limits
    jobs: int = 1
    """Processes, of all systems together."""
    watch: Watch = silent

    @property
    def store(self) -> ProofStore:
        """The project's own evidence."""
        return ProofStore(self.catalogue.root)

    def compiled(self, name: str) -> TransitionSystem:
        """A system with its properties. Raises ModelError."""
        system = self.catalogue.systems[name]
        return self.circuits.compiled(system, self.catalogue.properties_of(system))

    def watched(self, watch: Watch) -> Context:
        """The same with somebody else watching."""
        return replace(self, watch=watch)

    def with_jobs(self, jobs: int) -> Context:
        return replace(self, jobs=jobs)
