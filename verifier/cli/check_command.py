"""`nestproof check`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click

from verifier.check.context import Context
from verifier.check.result import Result, exit_code, undecided
from verifier.check.run import Strategy, check_all
from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import not_decided, print_error, print_message
from verifier.cli.here import project_here
from verifier.cli.on_saving import on_saving
from verifier.cli.progress import Reporter
from verifier.cli.reusing import circuits_of
from verifier.cli.writing import writable_folder, write_output
from verifier.engines.contract import ENGINES
from verifier.evidence.files import encoded
from verifier.evidence.verdicts import Limits, Verdict
from verifier.language.errors import ModelError
from verifier.language.plain_values import plural
from verifier.processes.lifetime import end_all
from verifier.processes.signals import REASON, WORDS, release, shielded
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore
from verifier.project.result_cache import Cache, cache_folder
from verifier.project.unjudged import doubts
from verifier.project.unread import unread_files
from verifier.reports.check_text import columns, document, lines, refusals, undecided_line
from verifier.reports.matrix import cells, matrix


@click.command("check")
@click.argument("patterns", metavar="[PATTERN]...", nargs=-1, shell_complete=pairs)
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="auto",
    show_default=True,
    help="How to search. " + "; ".join(f"{n}: {e.summary}" for n, e in ENGINES.items()) + ".",
)
@click.option(
    "--depth",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Steps or frames to look at; default: no limit but the timeout.",
)
@options.timeout(300.0, "Seconds for each system.")
@options.memory
@options.jobs
@click.option("--fresh", is_flag=True, help="Search without the lemmas of stored proofs.")
@click.option("--no-cache", is_flag=True, help="Compile again; neither read nor write circuits.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option(
    "--evidence",
    type=options.FOLDER,
    help="Folder to save traces and certificates in, each as soon as it is there. Proofs are "
    "minimised for it, which can take several times as long as the search.",
)
@click.option("--on-save", is_flag=True, help="Check again whenever a file is saved, till Ctrl-C.")
def command(on_save: bool, **given: Any) -> int:
    """Prove or refute properties, and audit the evidence.

    A PATTERN is a pair, a system, a family, or has a `*`; without one all pairs are checked.
    """
    run = _Run(**given)
    if run.evidence is not None:
        writable_folder(run.evidence)
    if not on_save:
        return _checked(run)
    if run.as_json:
        help = "a document has the results of one check"
        raise ModelError("`--json` and `--on-save` do not go together", help=help)
    return on_saving(project_here(), lambda: _checked(_Run(**given)))


def _checked(run: _Run) -> int:
    """Check, report and return the exit code."""
    try:
        _check(run)
    except KeyboardInterrupt:
        return _interrupted(run)
    with shielded():
        for error in refusals(run.results):
            print_error(error)
        return _report(run)


@dataclass
class _Run:
    """What is asked for, and what has been found so far."""

    patterns: tuple[str, ...]
    engine: str
    depth: int | None
    timeout: float
    memory: int | None
    jobs: int
    fresh: bool
    no_cache: bool
    as_json: bool
    evidence: Path | None
    catalogue: Catalogue | None = None
    chosen: Sequence[Pair] = ()
    results: list[Result] = field(default_factory=list)
    saved: list[Result] = field(default_factory=list)
    reporter: Reporter | None = None

    @property
    def expected(self) -> Mapping[Pair, Verdict]:
        """The verdicts that are expected, once the catalogue is loaded."""
        return {} if self.catalogue is None else self.catalogue.expected


def _check(run: _Run) -> None:
    """Decide the pairs, and show each as soon as those before it are decided."""
    release()
    root, patterns = project_here(), run.patterns
    limits = Limits(run.depth, run.timeout, run.memory)
    cache = Cache(None if run.no_cache else cache_folder(), limits)
    run.catalogue = catalogue = load(root)
    circuits = circuits_of(catalogue, cache)
    catalogue.require_pairs()
    run.chosen = chosen = catalogue.matching(patterns) if patterns else list(catalogue.pairs())
    _warn(catalogue, chosen, bool(patterns), run.fresh)
    run.reporter = Reporter("checking", len({pair.system for pair in chosen}))
    with run.reporter as reporter:
        context = Context(catalogue, circuits, cache, limits, run.jobs, reporter.watch)
        strategy = Strategy(run.engine, minimal=run.evidence is not None, fresh=run.fresh)
        for batch in check_all(context, chosen, strategy, partial(_save, run)):
            with shielded():
                reporter.done()
                run.results += batch
                if not run.as_json:
                    reporter.clear()
                    _show(run, batch)
                    reporter.resume()
    circuits.trim()


def _warn(catalogue: Catalogue, chosen: Sequence[Pair], selected: bool, fresh: bool) -> None:
    """Warn of what is wrong with the project or the systems that are checked."""
    root, store = catalogue.root, ProofStore(catalogue.root)
    if not selected:
        for warning in (*catalogue.unused, *store.superfluous(catalogue.systems)):
            print_message("warning", warning)
        for group in catalogue.idle:
            print_message("warning", f"the property `{group}` applies to no system")
    systems = {pair.system for pair in chosen}
    messages = catalogue.warnings(systems if selected else catalogue.systems)
    messages += doubts(catalogue.properties, {pair.property for pair in chosen})
    messages += unread_files(root)
    messages += [] if fresh else store.damages(catalogue.systems[name] for name in systems)
    messages += catalogue.unrecorded(chosen)
    for warning in messages:
        print_message("warning", warning)


def _report(run: _Run) -> int:
    """The document or the summary of what was found, and the exit code."""
    results = run.results
    codes = [result.code(run.expected.get(result.pair)) for result in results]
    if run.as_json:
        found = {r.pair: _file(r, run.evidence) for r in results if r.evidence and run.evidence}
        click.echo(document(results, run.expected, found))
    else:
        _show_matrix(run)
        _summarise(results, codes)
    if run.evidence is not None:
        _without_file(results)
    return exit_code(codes)


def _show(run: _Run, results: Sequence[Result]) -> None:
    """The lines of some results; a system that is ill-formed has one for all its pairs."""
    width = max((len(str(pair)) for pair in run.chosen), default=0)
    ill_formed = Counter(result.system for result in results if result.error is not None)
    for result in results:
        if result.error is None or ill_formed[result.system] == 1:
            click.echo(lines(result, run.expected.get(result.pair), width, columns()))
    for system, number in ill_formed.items():
        if number > 1:
            click.echo(undecided_line(system, number))


def _show_matrix(run: _Run) -> None:
    """All verdicts at a glance, where there are those of several systems that can be checked."""
    found = {result.pair: result.verdict for result in run.results if result.error is None}
    for line in matrix(cells(found, run.expected)):
        click.echo(line)


def _without_file(results: Sequence[Result]) -> None:
    """Warn of the pairs that have no evidence in the folder."""
    bare = [r.pair for r in results if r.evidence is None and r.verdict is not Verdict.UNKNOWN]
    if bare:
        what = f"`{bare[0]}`" + f" and {len(bare) - 1} more" * (len(bare) > 1)
        why = "random executions found each case, and nothing else is claimed"
        print_message(
            "warning", f"no file for {what}: {why}; nestproof gate --accept stores executions"
        )


def _interrupted(run: _Run) -> int:
    """Report what has been found before a signal came; what was not decided is unknown."""
    code = end_all()
    shown = {result.pair for result in run.results}
    found = {result.pair: result for result in (*run.results, *run.saved)}
    known = len(found.keys() & {*run.chosen})
    extra = [pair for pair in found if pair not in run.chosen]
    run.results = [found.get(pair) or _open(run, pair) for pair in (*run.chosen, *extra)]
    if run.as_json:
        _report(run)
    else:
        _show(run, [found[pair] for pair in run.chosen if pair in found and pair not in shown])
    print_message(WORDS[code], not_decided(len(run.chosen) - known, len(run.chosen)))
    return code


def _open(run: _Run, pair: Pair) -> Result:
    """What is known of a pair that is not decided."""
    so_far = run.reporter.searched(pair.system, pair.property) if run.reporter else None
    [result] = undecided(pair.system, [pair.property], REASON, so_far=so_far)
    return result


def _save(run: _Run, result: Result) -> None:
    """Write the evidence of a result, if there is any and a folder was given."""
    with shielded():
        run.saved.append(result)
        if run.evidence is not None and result.evidence is not None:
            write_output(_file(result, run.evidence), encoded(result.evidence))


def _file(result: Result, folder: Path) -> Path:
    return folder / f"{result.system.replace('/', '.')}.{result.property}.json"


def _summarise(results: Sequence[Result], codes: Sequence[int]) -> None:
    counts = Counter(result.verdict for result in results)
    what = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    end = {
        0: "all as expected",
        1: f"{codes.count(1)} not as expected",
        2: f"{codes.count(2)} of ill-formed systems",
        3: f"{codes.count(3)} inconclusive",
    }[exit_code(codes)]
    sys.stdout.flush()
    click.echo(f"{plural(len(results), 'pair')}: {what}; {end}", err=True)
