"""Evidence to show: of a saved file, a pair or a case.

Of a file only what the models that are here confirm is shown as fact.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import msgspec

from verifier.audit.audit import rejection
from verifier.check.context import Context
from verifier.check.result import Result
from verifier.check.run import Strategy, check_all
from verifier.cli.annotating import annotated_apart, stored_counterexample
from verifier.cli.errors import NotConfirmed, backquoted, print_message, wrong_file
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.reusing import Reuse
from verifier.cli.watching import require
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.certificates import Certificate
from verifier.evidence.files import DamagedFile, UnknownKey, read
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Progress, Verdict, Watch
from verifier.execution.execution import Stopped
from verifier.explain.counterexample import recomputed
from verifier.language.errors import ModelError
from verifier.processes.pool import reporting, within
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load
from verifier.viewer import watch_expressions


@dataclass(frozen=True)
class SearchOptions:
    """How to look for evidence."""

    watches: list[watch_expressions.Watch]
    timeout: float
    fresh: bool
    reuse: Reuse
    reporter: Reporter
    whole: bool = True
    """Whether an execution is annotated, too, as the screen does itself."""

    def context(self, catalogue: Catalogue) -> Context:
        """What a search in a catalogue may use: two processes, bmc and PDR."""
        limits, watch = Limits(seconds=self.timeout), self.reporter.watch
        return Context(catalogue, self.reuse(catalogue), self.reuse.cache, limits, 2, watch)


@dataclass(frozen=True)
class Unverified:
    """An execution that the models that are here do not confirm, with the reason.

    `code` is the exit code that its audit ends with.
    """

    saved: SavedTrace
    reason: str
    code: int


Shown = Trace | Certificate | Unverified


def found(what: str, asked: SearchOptions) -> tuple[Shown | Result, Catalogue | None]:
    """The evidence of a file or a pair, or the result that has none."""
    root = project_here()
    if os.path.isfile(what):
        return evidence_of(Path(what), root, asked)
    catalogue = load(root)
    pair = _pair(catalogue, what)
    require(catalogue.systems[pair.system], asked.watches)
    asked.reporter.watch(Progress("compile", 0, pair.system))
    context = asked.context(catalogue)
    if not asked.fresh:
        for warning in context.store.damages([catalogue.systems[pair.system]]):
            asked.reporter.clear()
            print_message("warning", warning)
        stored = stored_counterexample(context, pair, asked.reporter, asked.whole)
        if stored is not None:
            return stored, catalogue
    [results] = check_all(context, [pair], Strategy(minimal=True, fresh=asked.fresh))
    result = next(each for each in results if each.property == pair.property)
    if result.error is not None:
        raise result.error
    if result.evidence is None or result.verdict is Verdict.VACUOUS:
        return result, catalogue
    return whole(result.evidence, catalogue, asked), catalogue


def whole(evidence: Shown, catalogue: Catalogue, asked: SearchOptions) -> Shown:
    """Evidence as it is asked for: an execution annotated from the models."""
    if not asked.whole or not isinstance(evidence, Trace):
        return evidence
    return annotated_apart(evidence, catalogue, asked.reuse(catalogue), asked.reporter)


def occurring(
    what: str, case: str, asked: SearchOptions
) -> tuple[Shown | Result, Catalogue | None]:
    """An execution in which a case of a system occurs, or what is known instead."""
    from verifier.check.vacuity import cases
    from verifier.check.witness import occurrence

    catalogue = load(project_here())
    of_pair = {str(pair): pair.system for pair in catalogue.pairs()}
    system = catalogue.system(of_pair.get(what, what))
    properties = catalogue.properties_of(system)
    kinds = {"cases": [*cases(system, properties)], "steps": [s.name for s in system.actions]}
    known = [name for names in kinds.values() for name in names]
    if case not in known:
        near = "".join(f"did you mean `{n}`? " for n in get_close_matches(case, known, 1))
        lists = (f"{kind}: {backquoted(names)}" for kind, names in kinds.items() if names)
        raise ModelError(
            f"`{system.name}` has no case or step `{case}`", help=near + "; ".join(lists)
        )
    require(system, asked.watches)
    circuits = asked.reuse(catalogue)

    def task(watch: Watch) -> Trace | Result:
        watch(Progress("compile", 0, system.name))
        compiled = circuits.compiled(system, properties)
        return occurrence(compiled, case, Limits(seconds=asked.timeout), watch)

    [(_, found)] = reporting({system.name: task}, 1, asked.reporter.watch)
    if isinstance(found, Lost):
        raise found.error or ModelError(f"no search for `{case}`: {found.reason}")
    return (found if isinstance(found, Result) else whole(found, catalogue, asked)), catalogue


def _pair(catalogue: Catalogue, name: str) -> Pair:
    try:
        catalogue.matching([name])
    except ModelError:
        if name not in catalogue.systems and is_meant_as_file(name, catalogue.systems):
            raise no_file(Path(name)) from None
        raise
    return catalogue.pair(name)


def evidence_of(file: Path, root: Path, asked: SearchOptions) -> tuple[Shown, Catalogue | None]:
    """What a file holds, confirmed by the project's models; and the catalogue of these."""
    try:
        saved = read(file)
    except UnknownKey as unknown:
        help = "give a file that `nestproof check` saved"
        raise NotConfirmed(f"`{file}`: {unknown}", help) from None
    except DamagedFile as damage:
        raise wrong_file(file, str(damage)) from None
    if isinstance(saved, Certificate):
        catalogue = load(root)
        return _sound(saved, catalogue, asked), catalogue
    try:
        catalogue = load(root)
        replayed = _replayed(saved, catalogue, asked)
    except ModelError as error:
        return Unverified(saved, error.message, 2), None
    if isinstance(replayed, Lost):
        return Unverified(saved, f"not replayed: {replayed.reason}", 3), catalogue
    if isinstance(replayed, Stopped):
        return Unverified(saved, str(replayed), 1), catalogue
    return whole(replayed, catalogue, asked), catalogue


def is_meant_as_file(name: str, systems: Iterable[str]) -> bool:
    """Whether what is the name of nothing looks like a path."""
    if name.endswith(".json") or name.startswith((".", "/", "~")) or os.path.lexists(name):
        return True
    folder = os.path.dirname(name)
    return os.path.isdir(folder) and not any(each.startswith(f"{folder}/") for each in systems)


def no_file(file: Path) -> ModelError:
    """An error about a path that leads to no file, with the nearest one that it may mean."""
    if os.path.isdir(file):
        inside = sorted(each for each in file.glob("*.json") if each.is_file())
        help = f"name a file in it, such as `{inside[0]}`" if inside else ""
        return wrong_file(file, "it is a folder", help)
    if os.path.exists(file):
        return wrong_file(file, "it is not a plain file")
    beside = {each.name: each for each in file.parent.glob("*.json")}
    near = get_close_matches(file.name, beside, 1, 0.7)
    return wrong_file(file, "no such file", f"did you mean `{beside[near[0]]}`?" if near else "")


def _compiled(system: str, catalogue: Catalogue, asked: SearchOptions) -> TransitionSystem | None:
    """The system that a file is about; None where there is none."""
    circuits, found = asked.reuse(catalogue), catalogue.systems.get(system)
    if found is None:
        return None
    asked.reporter.watch(Progress("compile", 0, system))
    return circuits.compiled(found, catalogue.properties_of(found))


def _replayed(
    saved: SavedTrace, catalogue: Catalogue, asked: SearchOptions
) -> Trace | Stopped | Lost:
    """The execution with the story that the models give it, or why they do not."""
    compiled = _compiled(saved.system, catalogue, asked)
    if compiled is None:
        return Stopped(0, f"there is no system `{saved.system}` here")
    asked.reporter.watch(Progress("explain", 0, saved.system))
    task = partial(recomputed, compiled, saved)
    return within(asked.timeout, saved.system, task, asked.reporter.watch)


def _sound(certificate: Certificate, catalogue: Catalogue, asked: SearchOptions) -> Certificate:
    """A proof that holds; NotConfirmed where a file only says that it does."""
    system, pair = certificate.system, f"{certificate.system}/{certificate.property}"
    compiled = _compiled(system, catalogue, asked)
    if compiled is None:
        what = f"the proof of `{pair}` is unverified: there is no system `{system}` here"
        raise NotConfirmed(what, "run it in the project that the proof is about")
    task = partial(rejection, compiled, certificate)
    why = within(asked.timeout, pair, task, asked.reporter.watch)
    if isinstance(why, Lost):
        raise NotConfirmed(f"the proof of `{pair}` is not audited: {why.reason}", code=3)
    if why is not None:
        raise NotConfirmed(f"the proof of `{pair}` is rejected: {why}", "prove it again")
    return msgspec.structs.replace(certificate, engine="")
