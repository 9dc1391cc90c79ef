"""Another counterexample than the one that is known."""

from __future__ import annotations

import click

from verifier.check.another import another
from verifier.check.result import Result
from verifier.cli.evidence import SearchOptions, Shown, whole
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Progress, Watch
from verifier.language.errors import ModelError
from verifier.processes.pool import reporting
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue


def other_than(
    known: Shown | Result, catalogue: Catalogue | None, asked: SearchOptions
) -> Shown | Result:
    """A counterexample that differs from a known one in its kinds of steps, or that there is none.

    The search is stopped once the time is over.
    """
    if isinstance(known, Result):
        return known
    if not isinstance(known, Trace) or not known.conjunct or catalogue is None:
        raise click.UsageError("--another needs a counterexample that is replayed, to differ from")
    system = catalogue.system(known.system)

    def task(watch: Watch) -> Trace | Result:
        watch(Progress("compile", 0, system.name))
        compiled = asked.reuse(catalogue).compiled(system, catalogue.properties_of(system))
        return another(compiled, known, Limits(seconds=asked.timeout), watch)

    [(_, found)] = reporting({system.name: task}, 1, asked.reporter.watch)
    if isinstance(found, Lost):
        raise found.error or ModelError(f"no other counterexample: {found.reason}")
    return found if isinstance(found, Result) else whole(found, catalogue, asked)
