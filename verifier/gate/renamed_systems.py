"""Systems that were only renamed since the base, and a base that cannot be loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from verifier.check.context import Context
from verifier.compiler.behaviour import behaviour_of
from verifier.diff.compare import Difference, difference, equivalent
from verifier.diff.correspondence import new_names
from verifier.gate.base_revision import Before, Past, judged_less
from verifier.gate.weakened.claim_names import group_of
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.comparing import ComparedClaims, renamed_goals
from verifier.gate.weakened.weakening import Weakening, digest_of
from verifier.language.errors import ModelError, within_project
from verifier.project.catalogue import Catalogue, reasons_of
from verifier.project.revisions import NO_MODELS, Base


@dataclass(frozen=True)
class Renamed:
    """What a system is called now, with what there is to say of it all the same."""

    name: str
    judged: ComparedClaims
    change: Difference


def renamed_systems(past: Past, context: Context) -> dict[str, Renamed]:
    """Systems that are gone, with new ones that do the same and of which as much is claimed."""
    systems = context.catalogue.systems
    gone = [name for name in past.before if name not in systems]
    left = [name for name in systems if name not in past.systems] if gone else []
    found: dict[str, Renamed] = {}
    for was in gone:
        for now in left:
            same = _as(past.before[was], now, context)
            if same is not None:
                found[was] = same
                left.remove(now)
                break
    return found


def _as(before: Before, name: str, context: Context) -> Renamed | None:
    """A system under its new name; None where it is another one, or less is claimed of it."""
    try:
        compiled = context.compiled(name)
        behaviour = behaviour_of(compiled)
        claims = claims_of(compiled.system, compiled.properties)
    except ModelError:
        return None  # it is reported where it is decided
    goals = renamed_goals(before.claims, claims)
    names = new_names(before.behaviour, behaviour)
    was = before.behaviour.with_goals(goals).with_steps(names.steps)
    if not equivalent(was, behaviour, fields=names.fields):
        return None
    change = difference(before.behaviour, behaviour, goals=goals)
    if change.lost or change.lost_starts:
        return None
    judged = judged_less(before, compiled, claims, change, context.circuits)
    if any(not judged.heirs.get(group_of(each.function)) for each in judged.less):
        return None
    return Renamed(name, judged, change)


def of_reading(past: Past, catalogue: Catalogue) -> Iterator[Weakening]:
    """Modules that begin to read more than their texts: elsewhere they may say something else.

    So at the base of the next change, with which that one is compared.
    """
    for each in reasons_of(catalogue) if past.systems else ():
        if (each.module, each.what) not in past.reads:
            yield Weakening(
                "base",
                each.module,
                within_project(each.place.file),
                each.place.line,
                f"`{each.module}` depends on its text alone",
                f"it {each.what}: what that gives elsewhere is not compared",
                was=digest_of(each.module),
                now=digest_of(each.what),
            )


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
