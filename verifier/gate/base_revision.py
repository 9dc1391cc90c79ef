"""The models as they were: loaded and compiled in a process that nothing else runs in."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from verifier.check.vacuity import witness_goals
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.cut_circuit import Cut
from verifier.compiler.digest import Digests
from verifier.compiler.transition_system import TransitionSystem
from verifier.diff.compare import Difference
from verifier.evidence.verdicts import Verdict, Watch, silent
from verifier.gate.base_loading import look_there, require_apart
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.comparing import ComparedClaims, compared
from verifier.gate.weakened.judged import Judged, has_lost, judged_by, named_in
from verifier.language.errors import ModelError
from verifier.language.goals import is_claim
from verifier.language.system import System
from verifier.processes.pool import side_by_side
from verifier.processes.signals import shielded
from verifier.processes.worker import Lost
from verifier.project.assumptions import assumptions
from verifier.project.catalogue import Catalogue, reasons_of
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load
from verifier.project.result_cache import Cache
from verifier.project.revisions import Base


@dataclass(frozen=True)
class Before:
    """A system as it was, and the digest of each property's circuit."""

    behaviour: Behaviour
    digests: Mapping[str, str]
    claims: Behaviour
    expected: Mapping[str, str] = field(default_factory=dict)
    """By property; without a record `proved` is expected."""
    cut: Cut | str | None = None
    """What its steps note and assert, whatever they do, or why that is not known.

    None where no text has changed, so that it is the same.
    """
    assumptions: frozenset[tuple[str, str, str]] | None = None
    """What its verdicts rest on, each as kind, name and text; None where no text has changed."""

    def with_steps(self, names: Mapping[str, str]) -> Before:
        """The same with other names of some steps; the digests are of what it was."""
        return replace(self, behaviour=self.behaviour.with_steps(names))


@dataclass(frozen=True)
class Past:
    """What was at the base: the names, the systems that were compiled, the expected verdicts."""

    systems: tuple[str, ...] = ()
    before: Mapping[str, Before] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    judged: Judged = field(default_factory=Judged)
    failures: Mapping[str, str] = field(default_factory=dict)
    """Systems that do not compile there, with the reason; with an empty name, the whole base."""
    reads: frozenset[tuple[str, str]] = frozenset()
    """What modules do that may read more than their texts, with their names."""


def past_of(
    base: Base,
    systems: Collection[str],
    now: Judged | None,
    cache: Cache,
    jobs: int,
    watch: Watch = silent,
    whole: bool = False,
    cuts: bool = False,
) -> Past:
    """Load the base and compile some systems, as far as it has them.

    With what judges `now`, also those of which less is claimed by name. `whole` stands for more
    than the models and properties of the project; without it that is tried if these do not load.
    `cuts` says that it matters what steps note and assert.

    A base that cannot be loaded is reported, not raised: the change may fix it.
    """
    try:
        folder = TemporaryDirectory(prefix="nestproof-base-")
        try:
            root = Path(folder.name) / base.prefix
            reason = base.extract(Path(folder.name), whole)
            if reason is not None:
                return Past(judged=named_in(root), failures={"": reason})
            places = base.top.resolve(), Path(folder.name).resolve()
            wanted = frozenset(systems)
            task = partial(_load_and_compile, places, root, wanted, now, cache, jobs, whole, cuts)
            [(_, answer)] = side_by_side({"base": task}, 1, watch)
            if isinstance(answer, Lost):
                answer = Past(judged=named_in(root), failures={"": answer.reason})
        finally:
            with shielded():
                folder.cleanup()
    except OSError as error:
        return Past(failures={"": f"its files cannot be written: {error.strerror or error}"})
    if "" in answer.failures and not whole:
        return past_of(base, systems, now, cache, jobs, watch, True, cuts)
    return answer


def _load_and_compile(
    places: tuple[Path, Path],
    folder: Path,
    wanted: Collection[str],
    now: Judged | None,
    cache: Cache,
    jobs: int,
    whole: bool,
    cuts: bool,
) -> Past:
    here, there = places
    try:
        look_there(here, there)
        os.chdir(there / Path.cwd().relative_to(here) if Path.cwd().is_relative_to(here) else there)
        catalogue = load(folder)
        require_apart(here)
        if reasons_of(catalogue) and not whole:
            return Past(failures={"": "its models may read more than their text"})
        circuits, judged = Circuits(catalogue, cache), judged_by(catalogue)
    except ModelError as error:
        return Past(judged=named_in(folder), failures={"": _said(error, folder)})
    tasks = {
        name: partial(_compiled, catalogue, circuits, folder, name, cuts)
        for name in catalogue.systems
        if name in wanted or (now is not None and has_lost(judged, now, name))
    }
    before, failures = {}, {}
    for name, answer in side_by_side(tasks, jobs, shared=True):
        if isinstance(answer, Before):
            before[name] = answer
        else:
            failures[name] = answer.reason
    expected = {str(pair): verdict for pair, verdict in catalogue.expected.items()}
    reads = frozenset((each.module, each.what) for each in reasons_of(catalogue))
    return Past(tuple(catalogue.systems), before, expected, judged, failures, reads)


def _compiled(
    catalogue: Catalogue, circuits: Circuits, folder: Path, name: str, cuts: bool
) -> Before | Lost:
    try:
        system = catalogue.systems[name]
        properties = catalogue.properties_of(system)
        compiled = circuits.compiled(system, properties)
        behaviour = behaviour_of(compiled)
        cut = _cut_or_reason(circuits, system) if cuts else None
        rests_on = frozenset(each.what for each in assumptions(compiled)) if cuts else None
        claims = claims_of(system, properties)
    except ModelError as error:
        return Lost(_said(error, folder))
    digests = Digests(behaviour)
    groups = {goal for goal in behaviour.circuit.bad if is_claim(goal)}
    groups |= {function.group for function in properties}
    return Before(
        behaviour,
        {
            group: digests.of(g for g in [group, *goals] if g in behaviour.circuit.bad)
            for group, goals in witness_goals(system, properties, groups).items()
        },
        claims,
        {p.property: verdict for p, verdict in catalogue.expected.items() if p.system == name},
        cut,
        rests_on,
    )


def _cut_or_reason(circuits: Circuits, system: System) -> Cut | str:
    """What the steps of a system note and assert, whatever they do, or why that is not known."""
    try:
        return circuits.cut(system)
    except ModelError as error:
        return error.message


def cuts_of(before: Before, circuits: Circuits, system: System) -> tuple[Cut, Cut] | str | None:
    """What steps note and assert before and now, or why that is not known.

    None where it is the same.
    """
    if not isinstance(before.cut, Cut):
        return before.cut
    now = _cut_or_reason(circuits, system)
    return now if isinstance(now, str) else (before.cut, now)


def judged_less(
    before: Before,
    compiled: TransitionSystem,
    claims: Behaviour,
    change: Difference | None,
    circuits: Circuits,
) -> ComparedClaims:
    """What a system is judged by less than before; `claims` are what is claimed now."""
    expected = before.expected.items()
    violated = [group for group, verdict in expected if verdict == Verdict.VIOLATED]
    known = before.behaviour, behaviour_of(compiled), before.claims, claims, change
    return compared(*known, violated, cuts_of(before, circuits, compiled.system))


def _said(error: ModelError, folder: Path) -> str:
    """An error in one line, its place as in the repository."""
    place = f" ({error.place})".replace(f"{folder}/", "") if error.place else ""
    return f"{error.message}{place}"
