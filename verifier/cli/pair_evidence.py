"""Evidence about a pair or a case: what the project stores, or what a search finds."""

from __future__ import annotations

import os
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.check.check import Result
from verifier.check.context import Context
from verifier.check.run import Strategy, check_all
from verifier.cli.errors import backquoted, print_message
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.reusing import Reuse
from verifier.cli.saved_evidence import Asked, Unverified, evidence_of, is_meant_as_file, no_file
from verifier.cli.watching import require
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Progress, Verdict, Watch
from verifier.explain.annotate import placed
from verifier.explain.counterexample import trace_of_run
from verifier.language.errors import ModelError
from verifier.processes.pool import reporting
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load

if TYPE_CHECKING:
    from verifier.explain.session import Exploration

Shown = Trace | Certificate | Unverified


def found(what: str, asked: Asked) -> tuple[Shown | Result, Catalogue | None]:
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
        task = partial(_stored, context, pair)
        stored = asked.reporter.during(Progress("explain", 0, str(pair)), task)
        if isinstance(stored, Trace):
            return stored, catalogue
    [results] = check_all(context, [pair], Strategy(minimal=True, fresh=asked.fresh))
    result = next(each for each in results if each.property == pair.property)
    if result.error is not None:
        raise result.error
    if result.evidence is None or result.verdict is Verdict.VACUOUS:
        return result, catalogue
    return result.evidence, catalogue


def _stored(context: Context, pair: Pair) -> Trace | None:
    """The counterexample that the project stores, if it is still one."""
    bundle = context.store.bundle(pair.system)
    run = None if bundle is None else bundle.runs.get(pair.property)
    if run is None:
        return None
    return trace_of_run(context.compiled(pair.system), pair.property, run)


def explained_here(
    trace: Trace,
    session: Exploration | None,
    catalogue: Catalogue,
    reuse: Reuse,
    reporter: Reporter,
) -> Trace:
    """The trace annotated from the models; unchanged where that is not possible."""
    if session is None:
        return trace
    task = partial(placed, trace, session.execution, catalogue, reuse(catalogue).compiled)
    found = reporter.during(Progress("explain", 0, f"{trace.system}/{trace.property}"), task)
    return trace if isinstance(found, Lost) else found


def occurring(what: str, case: str, asked: Asked) -> tuple[Shown | Result, Catalogue | None]:
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
            f"`{system.name}` has no case or step `{case}`",
            help=near + "; ".join(lists),
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
    return found, catalogue


def _pair(catalogue: Catalogue, name: str) -> Pair:
    try:
        catalogue.matching([name])
    except ModelError:
        if name not in catalogue.systems and is_meant_as_file(name, catalogue.systems):
            raise no_file(Path(name)) from None
        raise
    return catalogue.pair(name)
