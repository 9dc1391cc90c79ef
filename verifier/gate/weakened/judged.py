"""What a catalogue is judged by, as plain data for other processes and revisions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from verifier.compiler.assertions import body_of
from verifier.compiler.constant_text import function_text
from verifier.compiler.reached_text import reached_text
from verifier.gate.weakened.acceptance import Acceptance, entries
from verifier.gate.weakened.claim_names import claim_name, group_of
from verifier.gate.weakened.texts import PlacedText, called, texts, tree_of
from verifier.language.errors import ModelError, Place, within_project
from verifier.language.functions import ModelFunction
from verifier.language.instances import instances
from verifier.language.kinds import JUDGEMENTS
from verifier.language.system import System
from verifier.mutation.baseline import FILE as MUTANTS
from verifier.mutation.baseline import RecordedScore as Score
from verifier.mutation.baseline import scores
from verifier.project.catalogue import Catalogue
from verifier.project.expectations import VERDICTS
from verifier.project.recorded_verdicts import places, recorded
from verifier.project.sources import python_files
from verifier.project.toml import place_of, read_toml


@dataclass(frozen=True)
class Judged:
    """The names of all that judges, where it is written, and what is on record."""

    systems: Mapping[str, PlacedText] = field(default_factory=dict)
    claims: Mapping[str, PlacedText] = field(default_factory=dict)
    """As KIND:GROUP/NAME."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each system and claim a digest of its text and of all that it may come to there."""
    steps: Mapping[str, PlacedText] = field(default_factory=dict)
    """As SYSTEM/STEP."""
    claims_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each system, which of the claims are about it."""
    pairs: tuple[str, ...] = ()
    expected: Mapping[str, str] = field(default_factory=dict)
    mutants: Mapping[str, Score] = field(default_factory=dict)
    accepted: tuple[Acceptance, ...] = ()
    """What is accepted as weaker: at the base it cannot speak of what is weakened since."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Of each pair's verdict, by its name, and of each table of mutants, by its system's."""
    by_text: bool = False
    """Whether these are the names that texts have, of a catalogue that cannot be loaded."""

    @property
    def groups(self) -> frozenset[str]:
        """The properties that there are."""
        return frozenset(map(group_of, self.claims))


def judged_by(catalogue: Catalogue) -> Judged:
    """All that judges the systems of a catalogue."""
    claims_of = {
        name: tuple(map(claim_name, catalogue.properties_of(system)))
        for name, system in catalogue.systems.items()
    }
    return Judged(
        systems={name: _system(system) for name, system in catalogue.systems.items()},
        claims={claim_name(f): _function(f) for f in catalogue.properties},
        words={
            name: {claim_name(f): _words(f, system) for f in catalogue.properties_of(system)}
            for name, system in catalogue.systems.items()
        },
        steps=dict(_steps(catalogue)),
        claims_of=claims_of,
        pairs=tuple(map(str, catalogue.pairs())),
        expected={str(pair): verdict for pair, verdict in catalogue.expected.items()},
        mutants=(mutants := scores(catalogue.root)),
        accepted=entries(catalogue.root),
        lines=dict(_lines(catalogue, mutants)),
    )


def _words(function: ModelFunction, system: System) -> str:
    state: type = type(system.initial)
    hints = function.hints.values()
    kinds = (kind for hint in hints for kind, _ in instances(state, hint))
    return reached_text([body_of(function.body)], [*hints, *kinds], system)


def named_in(root: Path) -> Judged:
    """The names of a catalogue that cannot be loaded, as its texts have them."""
    systems: dict[str, PlacedText] = {}
    claims: dict[str, PlacedText] = {}
    for file in sorted([*python_files(root / "models"), *python_files(root / "properties")]):
        where = file.relative_to(root).as_posix()
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and called(node) == "System":
                systems |= dict.fromkeys(_named(node), PlacedText(where, node.lineno))
            elif isinstance(node, ast.FunctionDef):
                written = PlacedText(where, node.lineno, function_text(node))
                for each in node.decorator_list:
                    if called(each) in JUDGEMENTS:
                        claims |= {f"{called(each)}:{g}/{node.name}": written for g in _named(each)}
    expected: dict[str, str] = {}
    with suppress(ModelError):
        for system, verdicts in read_toml(root / VERDICTS).items():
            expected |= {f"{system}/{group}": verdict for group, verdict in verdicts.items()}
    return Judged(systems, claims, pairs=tuple(expected), expected=expected, by_text=True)


def _named(node: ast.expr) -> list[str]:
    """The text that a call is given first."""
    first = node.args[:1] if isinstance(node, ast.Call) else []
    return [x.value for x in first if isinstance(x, ast.Constant) and isinstance(x.value, str)]


def has_lost(then: Judged, now: Judged, system: str) -> bool:
    """Whether a system, a pair of it or a claim about it is not there any more by its name."""
    if system not in now.systems or not set(then.claims_of[system]) <= set(now.claims_of[system]):
        return True
    pairs = {pair for pair in then.pairs if pair.rpartition("/")[0] == system}
    return not pairs <= set(now.pairs)


def _lines(catalogue: Catalogue, mutants: Mapping[str, Score]) -> Iterator[tuple[str, int]]:
    for pair, line in places(recorded(catalogue.root)).items():
        yield str(pair), line
    for system in mutants:
        place = place_of(catalogue.root / MUTANTS, system)
        yield system, 1 if place is None else place.line


def _steps(catalogue: Catalogue) -> Iterator[tuple[str, PlacedText]]:
    for name, system in catalogue.systems.items():
        for step in system.actions:
            yield f"{name}/{step.name}", _function(step.function)


def _system(system: System) -> PlacedText:
    place = system.place
    return PlacedText("", 1) if place is None else _written(place)


def _written(place: Place, text: str = "") -> PlacedText:
    return PlacedText(within_project(place.file), place.line, text)


def _function(function: ModelFunction) -> PlacedText:
    place = function.place
    return _written(place, texts(Path(place.file)).get(function.name, ""))
