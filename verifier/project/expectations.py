"""The verdicts that a project records: what is expected of each pair."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from verifier.evidence.verdicts import Verdict
from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError
from verifier.project.toml import place_of, read_toml

VERDICTS = Path("properties") / "verdicts.toml"
EXPECTED = (Verdict.PROVED, Verdict.VIOLATED)


def expected_verdicts(
    file: Path, systems: Collection[str], groups: Collection[str]
) -> dict[tuple[str, str], Verdict]:
    """The verdicts that a file records, by system and property; a ModelError where it is wrong."""
    expected: dict[tuple[str, str], Verdict] = {}
    for system, verdicts in read_toml(file).items():
        if system not in systems:
            what = f"a verdict is recorded for `{system}`, which does not exist"
            raise ModelError(what, place_of(file, system), "rename or remove the table")
        if not isinstance(verdicts, dict):
            raise ModelError(
                f"the verdicts of `{system}` are not a table",
                place_of(file, system),
                f'write ["{system}"], and below it a line for each property',
            )
        for group, verdict in verdicts.items():
            if group not in groups:
                raise ModelError(
                    f"a verdict is recorded for the property `{group}`, which does not exist",
                    place_of(file, group, system),
                    did_you_mean(group, groups, "rename or remove the line"),
                )
            if verdict not in EXPECTED:
                raise ModelError(
                    f"unknown verdict `{verdict}`",
                    place_of(file, group, system),
                    f"one of {', '.join(EXPECTED)}",
                )
            expected[system, group] = Verdict(verdict)
    return expected
