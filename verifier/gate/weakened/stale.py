"""Entries of accepted.toml that speak of what is not there any more as it was accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from verifier.compiler.behaviour import Behaviour, Variable, behaviour_of
from verifier.compiler.digest import done, outputs_digest
from verifier.compiler.transition_system import DEADLOCK
from verifier.gate.weakened.acceptance import FILE, Acceptance
from verifier.gate.weakened.claim_names import is_claimed
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.comparing import left_of, of_note
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.seen_digests import SeenKind, digest_seen
from verifier.gate.weakened.weakening import (
    EXPOSED,
    GONE,
    Weakening,
    digest_in,
    digest_of,
    start_text,
    values_text,
)
from verifier.language.errors import ModelError
from verifier.language.goals import is_claim, step_goal
from verifier.language.system import System
from verifier.project.catalogue import Catalogue, reasons_of
from verifier.project.circuit_cache import Circuits


def stale(
    known: Iterable[Acceptance],
    found: Iterable[Weakening],
    catalogue: Catalogue,
    now: Judged,
    circuits: Circuits,
) -> Iterator[str]:
    """What to remove, in words; entries that this change needs are not looked for."""
    used = {(each.kind, each.name, *digests) for each in found for digests in each.digests}
    there = There(catalogue, now, circuits)
    for each in known:
        if (each.kind, each.name, each.before, each.after) not in used and not there.has(each):
            yield (
                f"`{FILE}` accepts `{each.kind}:{each.name}`, which is not there any more "
                "as it was accepted: remove the entry"
            )


@dataclass
class There:
    """What a catalogue has now, by the digests of entries."""

    catalogue: Catalogue
    now: Judged
    circuits: Circuits

    def has(self, entry: Acceptance) -> bool:
        """Whether what an entry accepts is still so."""
        if not entry.after:
            return not self._is_back(entry)
        digests: dict[str, Callable[[str], Iterator[str]]] = {
            "claim": self._claims,
            "case": self._claims,
            "step": self._steps,
            "choice": self._choices,
            "initial": self._starts,
            "mutants": self._mutants,
            "base": self._reading,
        }
        return entry.kind in digests and entry.after in digests[entry.kind](entry.name)

    def _is_back(self, entry: Acceptance) -> bool:
        """Whether what was accepted as gone exists again; of an old base nothing is left.

        A step of one system may still be there in others: it is back where it is what it was.
        """
        kind, name, now = entry.kind, entry.name, self.now
        if kind == "step":
            return entry.before in self._steps(name)
        names = {
            "system": now.systems.keys(),
            "property": now.groups,
            "pair": now.pairs,
            "claim": [n.partition(":")[2] for n in now.claims if is_claimed(n)],
            "case": [n.partition(":")[2] for n in now.claims if not is_claimed(n)],
            "mutants": now.mutants.keys(),
        }
        return kind == "base" or name in names.get(kind, ())

    def _reading(self, module: str) -> Iterator[str]:
        """What a module does that may read more than its text."""
        reasons = reasons_of(self.catalogue)
        yield from (digest_of(each.what) for each in reasons if each.module == module)

    @cached_property
    def _systems(self) -> list[tuple[System, Behaviour]]:
        found = []
        for system in self.catalogue.systems.values():
            with suppress(ModelError):  # which is reported where it is decided
                compiled = self.circuits.compiled(system, self.catalogue.properties_of(system))
                found.append((system, behaviour_of(compiled)))
        return found

    @cached_property
    def _claims_of_systems(self) -> list[Behaviour]:
        found = []
        for system in self.catalogue.systems.values():
            with suppress(ModelError):  # the same
                found.append(claims_of(system, self.catalogue.properties_of(system)))
        return found

    def _claims(self, name: str) -> Iterator[str]:
        kind, _, rest = name.partition("/")
        if kind == "assertion":
            yield from self._seen("demanded", rest)
        elif name == DEADLOCK:
            for system, behaviour in self._systems:
                if name in behaviour.circuit.bad:
                    yield digest_in(system.name, outputs_digest(behaviour.circuit, [name]))
        elif kind == "ghost":
            fields = [f for _, b in self._systems for f in b.fields if f.name == rest]
            yield from (digest_of(EXPOSED) for field in fields if not field.ghost)
        elif kind == "observed":
            yield from self._seen("noted", rest)
            for system, behaviour in self._systems:
                notes = [goal for goal in behaviour.circuit.bad if is_claim(goal)]
                notes += [field.name for field in behaviour.fields if field.ghost]
                for note in notes:
                    yield digest_in(system.name, of_note(behaviour, note))
        else:
            for claims in self._claims_of_systems:
                group = name.partition("/")[0]
                yield from (left_of(claims, group, claimed) for claimed in (True, False))

    def _seen(self, kind: SeenKind, step: str) -> Iterator[str]:
        """What there is of what steps note, or assert: in systems with the named step first."""
        systems = self.catalogue.systems.values()
        for system in sorted(systems, key=lambda each: step not in {s.name for s in each.actions}):
            try:
                cut = self.circuits.cut(system)
            except ModelError:  # the same
                continue
            for action in cut.behaviour.actions:
                yield digest_in(cut.behaviour.system, digest_seen(cut, action.name, kind))

    def _steps(self, name: str) -> Iterator[str]:
        for system, behaviour in self._systems:
            fires = step_goal(name)
            if fires in behaviour.circuit.bad:
                yield digest_in(system.name, outputs_digest(behaviour.circuit, [fires]))
                yield digest_in(system.name, done(behaviour.circuit, fires))

    def _choices(self, name: str) -> Iterator[str]:
        """What a step's choices can be, whatever they are called, or a field."""
        for system, behaviour in self._systems:
            action = behaviour.action(name.partition(".")[0])
            named = self._fields(system, behaviour)
            fields = (field for field in named if f"{system.name}/{field.name}" == name)
            for each in (*(() if action is None else action.choices), *fields):
                yield digest_in(system.name, digest_of(values_text(each.values)))
            if action is not None:
                does = done(behaviour.circuit, step_goal(action.name))
                yield digest_in(system.name, does)

    def _starts(self, name: str) -> Iterator[str]:
        for system, behaviour in self._systems:
            fields = {f"{system.name}/{f.name}": f for f in self._fields(system, behaviour)}
            if name in fields:
                yield digest_of(start_text(fields[name].initial))
            elif name.startswith(f"{system.name}/"):
                yield digest_of(start_text(GONE))

    def _fields(self, system: System, behaviour: Behaviour) -> Iterator[Variable]:
        """Its fields and events."""
        yield from behaviour.fields
        claims = claims_of(system, self.catalogue.properties_of(system))
        yield from (field for field in claims.fields if field.initial is not None)

    def _mutants(self, name: str) -> Iterator[str]:
        yield from (digest_of(repr(entry)) for n, entry in self.now.mutants.items() if n == name)
