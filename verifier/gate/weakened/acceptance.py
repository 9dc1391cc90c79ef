"""What somebody has accepted as weaker: properties/accepted.toml, an entry each, with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from verifier.gate.weakened.weakening import KINDS, Weakening
from verifier.language.errors import ModelError, Place
from verifier.project.toml import read_toml
from verifier.storage.atomic import write_whole

FILE = Path("properties") / "accepted.toml"
HEADER = (
    "# What is claimed, or possible, less than it was, and why that is right; by\n"
    "# `nestproof gate --accept-weakened KIND:NAME --reason TEXT`.\n"
)


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One weakening that is accepted: digests of what there was and what there is."""

    kind: str
    name: str
    before: str
    after: str
    reason: str

    @property
    def accepts(self) -> tuple[str, str, str, str]:
        """What it accepts, whatever the reason."""
        return self.kind, self.name, self.before, self.after


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: tuple[Acceptance, ...] = ()


def entries(root: Path) -> tuple[Acceptance, ...]:
    """What is on record. Raises ModelError where the file is not such a record."""
    file = root / FILE
    try:
        found = msgspec.convert(read_toml(file), _File).accepted
    except msgspec.ValidationError as error:
        raise ModelError(
            f"`{file.name}` is not a record of what is accepted: {error}",
            Place(str(file), 1),
            "each entry has kind, name, before, after and reason",
        ) from None
    for each in found:
        if each.kind not in KINDS or not each.reason.strip():
            wrong = "has no reason" if each.kind in KINDS else f"is of the kind `{each.kind}`"
            raise ModelError(
                f"the entry for `{each.name}` in `{file.name}` {wrong}",
                Place(str(file), 1),
                f"kinds are {', '.join(KINDS)}; say why it is right",
            )
    return found


def with_accepted(found: Iterable[Weakening], known: Collection[Acceptance]) -> list[Weakening]:
    """Those are accepted of which entries speak with just these digests, of all systems."""
    accepted = {each.accepts: each.reason for each in known}
    marked = []
    for each in found:
        reasons = [accepted.get((each.kind, each.name, *digests)) for digests in each.digests]
        reasons_given = sorted({reason for reason in reasons if reason is not None})
        if None not in reasons:
            each = replace(each, accepted=True, reason="; ".join(reasons_given))
        marked.append(each)
    return sorted(marked, key=lambda each: each.order)


def chosen(found: Sequence[Weakening], keys: Iterable[str]) -> list[Weakening]:
    """The weakenings that `KIND:NAME` name. Raises ModelError for a name of none."""
    names = {each.key for each in found if each.kind != "verdict"}
    wanted = list(keys)
    for key in wanted:
        if key not in names:
            left = [each.key for each in found if not each.accepted]
            raise ModelError(
                f"nothing called `{key}` is weakened",
                help=f"what is: {', '.join(left)}" if left else "nothing is, that is not accepted",
            )
    return [each for each in found if each.key in wanted and each.kind != "verdict"]


def accept(root: Path, weakenings: Iterable[Weakening], reason: str) -> bool:
    """Append an entry for each that has none; whether the file has changed."""
    known = entries(root)
    new = [
        Acceptance(each.kind, each.name, *digests, reason)
        for each in weakenings
        if not each.accepted
        for digests in sorted(each.digests)
    ]
    if not new:
        return False
    file = root / FILE
    text = file.read_text() if known or file.exists() else HEADER
    blocks = [text.rstrip("\n"), *map(_block, new)]
    write_whole(file, ("\n\n".join(blocks) + "\n").encode())
    return True


def _block(entry: Acceptance) -> str:
    fields = msgspec.structs.asdict(entry).items()
    lines = [f"{name} = {msgspec.json.encode(text).decode()}" for name, text in fields]
    return "\n".join(["[[accepted]]", *lines])
