"""Systems that are only called otherwise than at the base, and a base that cannot be loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from hashlib import blake2b

from verifier.catalogue import Catalogue
from verifier.gate.behaviour import behaviour_of
from verifier.gate.circuits import Circuits
from verifier.gate.differences import alike
from verifier.gate.past import Past
from verifier.gate.revisions import NO_MODELS, Base
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.implied import Implied
from verifier.gate.weakened.weakening import Weakening
from verifier.language.errors import ModelError


def renamed_systems(past: Past, catalogue: Catalogue, circuits: Circuits) -> dict[str, str]:
    """Systems that are gone, with new ones that do the same and of which as much is claimed."""
    gone = [name for name in past.before if name not in catalogue.systems]
    come = [name for name in catalogue.systems if name not in past.systems] if gone else []
    return dict(_pairs(past, gone, come, catalogue, circuits))


def _pairs(
    past: Past,
    gone: Collection[str],
    come: Collection[str],
    catalogue: Catalogue,
    circuits: Circuits,
) -> Iterator[tuple[str, str]]:
    left = list(come)
    for was in gone:
        then = past.before[was]
        for now in left:
            system = catalogue.systems[now]
            properties = catalogue.properties_of(system)
            try:
                behaviour = behaviour_of(circuits.compiled(system, properties))
                claims = claims_of(system, properties)
            except ModelError:
                continue  # it is reported where it is decided
            if alike(then.behaviour, behaviour) and not Implied(then.claims, claims, {}).less():
                yield was, now
                left.remove(now)
                break


def of_base(base: Base, failures: Mapping[str, str]) -> Iterator[Weakening]:
    """What of the base cannot be compared: that nothing got weaker is not known, then."""
    for name, reason in failures.items():
        if reason == NO_MODELS:
            continue  # nothing was claimed there
        digest = blake2b(f"{base.commit} {name}".encode(), digest_size=16).hexdigest()
        what = f"the system `{name}`" if name else "the catalogue"
        yield Weakening(
            "base",
            name or base.short,
            "",
            1,
            f"{what} at {base.short}",
            f"not comparable: {reason}",
            was=digest,
            systems=(name,) if name else (),
        )
