"""Finds the systems, properties and expected verdicts of a project: the bundled one or a user's."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from verifier.compiler.assertions import asserts
from verifier.compiler.transition_system import ASSERTIONS, DEADLOCK
from verifier.evidence.verdicts import Verdict
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.packages import bundled_root
from verifier.language.system import System, bindings
from verifier.project.expectations import VERDICTS
from verifier.project.importing import Imports
from verifier.project.reading import Reason
from verifier.project.root import project_above


@dataclass(frozen=True)
class Pair:
    """A system and one of its properties: the unit that is checked."""

    system: str
    property: str

    def __str__(self) -> str:
        return f"{self.system}/{self.property}"


@dataclass(frozen=True)
class Catalogue:
    """The systems and properties under one root folder."""

    root: Path
    systems: dict[str, System]
    properties: tuple[ModelFunction, ...]
    expected: dict[Pair, Verdict]
    functions: dict[str, tuple[ModelFunction, ...]]
    imports: Imports | None = None
    """The modules that define all this; None where they are not known."""

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The names of the properties, sorted."""
        return tuple(sorted({function.group for function in self.properties}))

    def properties_of(self, system: System) -> tuple[ModelFunction, ...]:
        """The property functions that apply to the system: it has their records."""
        return tuple(
            function
            for function in self.properties
            if function.group not in system.without and bindings(system, function)
        )

    def pairs_of(self, system: System) -> list[Pair]:
        """A system's properties, the language's own among them; each is checked and listed.

        `assertions` is one where the sources contain an `assert` or a verdict is recorded for it,
        `deadlock` where the system must be able to go on.
        """
        groups = {pair.property for pair in self.expected if pair.system == system.name}
        groups |= {function.group for function in self.properties_of(system)}
        groups |= set() if system.may_end else {DEADLOCK}
        if ASSERTIONS not in groups and self.contains_assertion(system):
            groups.add(ASSERTIONS)
        return [Pair(system.name, group) for group in sorted(groups)]

    def pairs(self) -> Iterator[Pair]:
        for system in self.systems.values():
            yield from self.pairs_of(system)

    def contains_assertion(self, system: System) -> bool:
        """Whether a system's sources contain an assertion."""
        if system.name not in self._asserting:
            self._asserting[system.name] = asserts(system)
        return self._asserting[system.name]

    @cached_property
    def _asserting(self) -> dict[str, bool]:
        """Of the systems that this was asked about, as it takes a while."""
        return {}

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """The systems without an assertion and without a property from properties/."""
        return tuple(
            name
            for name, system in self.systems.items()
            if not self.properties_of(system) and not self.contains_assertion(system)
        )

    @cached_property
    def unused(self) -> tuple[str, ...]:
        """Property functions and steps that no system has, whose group or module has others."""
        systems = self.systems.values()
        claims = [f for f in self.properties if f.group not in self.idle]
        apart = [f for f in claims if not any(bindings(system, f) for system in systems)]
        taken = {id(step.function) for system in systems for step in system.actions}
        steps = [f for named in self.functions.values() for f in named if f.kind == "step"]
        return (
            *(f"the property function `{f.name}` applies to no system" for f in apart),
            *(f"the step `{f.name}` is in no system" for f in steps if id(f) not in taken),
        )

    def warnings(self, systems: Collection[str]) -> list[str]:
        """Warnings about some systems: little or nothing is checked of them."""
        return [
            f"`{name}` has neither an assertion nor a property from properties/: "
            f"{'nothing' if self.systems[name].may_end else 'only `deadlock`'} is checked of it"
            for name in self.bare
            if name in systems
        ]

    def unrecorded(self, pairs: Iterable[Pair]) -> list[str]:
        """A warning where some pairs have no expected verdict, and there is a file of these."""
        found = [pair for pair in pairs if pair not in self.expected]
        if not (found and (self.root / VERDICTS).exists()):
            return []
        what = f"{len(found)} pairs, such as {found[0]}, have" if found[1:] else f"{found[0]} has"
        return [f"{what} no verdict in {VERDICTS}"]

    @cached_property
    def idle(self) -> tuple[str, ...]:
        """The properties that apply to no system."""
        used = {pair.property for pair in self.pairs()}
        return tuple(group for group in self.groups if group not in used)

    def require_systems(self) -> None:
        """Refuse a project in which there is nothing to list."""
        if not self.systems:
            raise ModelError(f"there are no systems under {self.root}", help="add some to models/")

    def require_pairs(self) -> None:
        """Refuse a project in which there is nothing to check."""
        self.require_systems()
        if len(self.bare) == len(self.systems):
            what = f"no properties apply to the systems under {self.root}"
            raise ModelError(what, help="add functions with @always to properties/")

    def matching(self, patterns: Iterable[str]) -> list[Pair]:
        """The pairs that shell patterns name: a pair, a system, a family, or with `*`."""
        wanted = list(patterns)
        systems = [s for s in self.systems.values() if any(_may_name(s.name, p) for p in wanted)]
        everything = [pair for system in systems for pair in self.pairs_of(system)]
        chosen: dict[Pair, None] = {}
        for pattern in wanted:
            found = [pair for pair in everything if _matches(pair, pattern)]
            if not found:
                raise self._no_pair(pattern, list(self.pairs()))
            chosen |= dict.fromkeys(found)
        return [pair for pair in everything if pair in chosen]

    def pair(self, name: str) -> Pair:
        """The one pair that a pattern names."""
        found = self.matching([name])
        if len(found) > 1:
            help = f"name one of them, such as `{found[0]}`"
            raise ModelError(f"`{name}` names {len(found)} pairs", help=help)
        return found[0]

    def system(self, name: str) -> System:
        if name in self.systems:
            return self.systems[name]
        one = self.systems_matching([name])[0]
        raise ModelError(
            f"`{name}` is a pattern; expected one system", help=f"name one, such as `{one}`"
        )

    def systems_matching(self, patterns: Iterable[str]) -> list[str]:
        """The systems that shell patterns name: a system, a family, or with `*`."""
        chosen: set[str] = set()
        for pattern in patterns:
            found = [name for name in self.systems if _matches_system(name, pattern.rstrip("/"))]
            if not found:
                raise self._no_system(pattern)
            chosen.update(found)
        return [name for name in self.systems if name in chosen]

    def _no_pair(self, pattern: str, pairs: list[Pair]) -> ModelError:
        """An error that says whether systems are called so, of which nothing is checked."""
        if any(_matches_system(name, pattern.rstrip("/")) for name in self.systems):
            return ModelError(
                f"nothing is checked of `{pattern}`",
                help="add a function with @always to properties/, or leave out may_end=True",
            )
        return self.unknown(pattern, [str(pair) for pair in pairs])

    def _no_system(self, pattern: str) -> ModelError:
        """An error that says whether pairs are called so."""
        pairs = [pair for pair in self.pairs() if _matches(pair, pattern)]
        if not pairs:
            return self.unknown(pattern, list(self.systems))
        return ModelError(
            f"`{pattern}` names pairs; expected a system", help=f"such as `{pairs[0].system}`"
        )

    def unknown(self, name: str, names: list[str]) -> ModelError:
        """An error that names the nearest ones."""
        tails = {part: full for full in names for part in (full, full.split("/", 1)[-1])}
        near = difflib.get_close_matches(name, [*names, *tails], 3, 0.5)
        meant = list(dict.fromkeys(tails.get(one, one) for one in near))
        help = f"did you mean {' or '.join(f'`{one}`' for one in meant)}?" if meant else ""
        return ModelError(f"nothing is called `{name}` here", help=help or "see `nestproof list`")


def _may_name(system: str, pattern: str) -> bool:
    """Whether a pattern may name pairs of a system, by what is in front of its first wildcard."""
    fixed = re.split(r"[*?[]", pattern.rstrip("/"), maxsplit=1)[0]
    return f"{system}/".startswith(fixed) or fixed.startswith(f"{system}/")


def _matches(pair: Pair, pattern: str) -> bool:
    pattern = pattern.rstrip("/")
    return _matches_system(pair.system, pattern) or fnmatch.fnmatchcase(str(pair), pattern)


def _matches_system(name: str, pattern: str) -> bool:
    return pattern == name.split("/")[0] or fnmatch.fnmatchcase(name, pattern) or pattern == name


def project_root(start: Path) -> Path:
    """The project that a folder is in, see `project_above`; else the bundled catalogue."""
    return project_above(start) or bundled_root()


def reasons_of(catalogue: Catalogue) -> tuple[Reason, ...]:
    """Why a catalogue may depend on more than its texts."""
    return () if catalogue.imports is None else catalogue.imports.reasons()
