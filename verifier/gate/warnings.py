"""The warnings of a gate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from verifier.gate.base_revision import Past
from verifier.gate.decide import DecidedSystem
from verifier.gate.selection import Selection
from verifier.mutation.baseline import FILE, scores
from verifier.project.catalogue import Catalogue
from verifier.project.proof_store import ProofStore
from verifier.project.revisions import Base
from verifier.project.unjudged import doubts
from verifier.project.unread import unread_files


def warnings_about(
    catalogue: Catalogue,
    selected: Selection,
    base: Base | None,
    past: Past,
    decided: Sequence[DecidedSystem],
) -> list[str]:
    """The warnings; about the project as a whole only where all of it is at the gate."""
    where = base.short if base is not None else ""
    found = []
    for name, reason in past.failures.items():
        what = f"`{name}`" if name else "the catalogue"
        found.append(f"{what} cannot be compared with {where}: {reason}")
    found += dict.fromkeys(warning for each in decided for warning in each.warnings)
    found += catalogue.warnings(selected.systems)
    pairs = [result.pair for each in decided for result in each.results]
    found += doubts(catalogue.properties, {pair.property for pair in pairs})
    found += unread_files(catalogue.root)
    found += _stale_scores(catalogue, decided)
    if not selected.patterns:
        found += ProofStore(catalogue.root).superfluous(catalogue.systems)
        for group in catalogue.idle:
            found.append(f"the property `{group}` applies to no system")
    return found + catalogue.unrecorded(pairs)


def _stale_scores(catalogue: Catalogue, decided: Sequence[DecidedSystem]) -> Iterator[str]:
    """Recorded mutants that name a field or step by its old name."""
    recorded, stale = scores(catalogue.root), dict[tuple[str, str], list[str]]()
    for each in decided:
        entry = recorded.get(each.system)
        if entry is None or each.change is None:
            continue
        texts = " ".join((*entry.survivors, *entry.undecided))
        for was, now in (*each.change.renamed_fields, *each.change.renamed_steps):
            old, new = (name.rpartition(".")[2] for name in (was, now))
            if old != new and re.search(rf"\b{re.escape(old)}\b", texts):
                stale.setdefault((old, new), []).append(each.system)
    for (old, new), systems in stale.items():
        help = f"nestproof mutate {' '.join(systems)} --accept"
        yield f"`{FILE}` still names `{old}`, which is now `{new}`: {help}"
