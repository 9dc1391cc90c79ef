"""`nestproof check`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from verifier.catalogue import Catalogue, Pair, load
from verifier.checking import Result
from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import say, tell
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.reusing import circuits_of
from verifier.cli.verdict_lines import document, exit_code, judged, lines, refusals
from verifier.cli.writing import writable_folder, write_output
from verifier.engines.contract import ENGINES
from verifier.evidence.files import encoded
from verifier.evidence.verdicts import Limits
from verifier.gate.cache import Cache, cache_folder
from verifier.gate.kept import damages
from verifier.parallel import check_all
from verifier.proofs import ToolFailure
from verifier.viewer.lines import plural


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
    "--depth", type=click.IntRange(1, 100_000), metavar="N", help="Steps or frames to look at."
)
@options.timeout(300.0, "Seconds for each system.")
@options.memory
@options.jobs
@click.option("--fresh", is_flag=True, help="Search without the lemmas of kept proofs.")
@click.option("--no-cache", is_flag=True, help="Compile again; neither read nor write circuits.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option(
    "--evidence",
    type=options.FOLDER,
    help="Folder to save traces and certificates in, each as soon as it is there.",
)
def command(
    patterns: tuple[str, ...],
    engine: str,
    depth: int | None,
    timeout: float,
    memory: int | None,
    jobs: int | None,
    fresh: bool,
    no_cache: bool,
    as_json: bool,
    evidence: Path | None,
) -> int:
    """Prove or refute properties, and audit the evidence.

    A PATTERN is a pair, a system, a family, or has a `*`; without one all pairs are checked.
    """
    limits = Limits(depth, timeout, memory * 1_000_000 if memory else None)
    root = project_here()
    cache = Cache(None if no_cache else cache_folder(), limits)
    catalogue = load(root)
    circuits = circuits_of(catalogue, cache)
    catalogue.require_pairs()
    chosen = catalogue.matching(patterns) if patterns else list(catalogue.pairs())
    if not patterns:
        for group in catalogue.idle:
            say("warning", f"the property `{group}` speaks about none of the systems")
    systems = {pair.system for pair in chosen}
    doubts = catalogue.doubts(systems if patterns else catalogue.systems)
    doubts += [] if fresh else damages(root, systems)
    for doubt in doubts:
        say("warning", doubt)
    folder = None if evidence is None else writable_folder(evidence)
    width = max(len(str(pair)) for pair in chosen)
    results: list[Result] = []
    try:
        with Reporter("checking", len({pair.system for pair in chosen}), as_json) as reporter:
            batches = check_all(
                catalogue,
                chosen,
                engine,
                limits,
                jobs,
                reporter.watch,
                minimal=folder is not None,
                fresh=fresh,
                compiled_by=circuits.compiled,
                keep=partial(_save, folder),
            )
            for batch in batches:
                reporter.done()
                results += batch
                if not as_json:
                    reporter.clear()
                    for result in batch:
                        click.echo(lines(result, catalogue.expected.get(_pair(result)), width))
                    reporter.resume()
    except ToolFailure as failure:
        say("tool failure", f"{failure}; please report it")
        return 2
    for error in refusals(results):
        tell(error)
    circuits.trim()
    if as_json:
        files = {_pair(r): _file(r, folder) for r in results if r.evidence} if folder else {}
        click.echo(document(results, catalogue.expected, files))
    else:
        _summarise(results, catalogue)
    return exit_code([judged(result, catalogue.expected.get(_pair(result))) for result in results])


def _pair(result: Result) -> Pair:
    return Pair(result.system, result.property)


def _save(folder: Path | None, result: Result) -> None:
    """Write the evidence of a result, if there is any and somebody wants it."""
    if folder is not None and result.evidence is not None:
        write_output(_file(result, folder), encoded(result.evidence))


def _file(result: Result, folder: Path) -> Path:
    return folder / f"{result.system.replace('/', '.')}.{result.property}.json"


def _summarise(results: Sequence[Result], catalogue: Catalogue) -> None:
    counts: dict[str, int] = {}
    for result in results:
        counts[result.verdict] = counts.get(result.verdict, 0) + 1
    codes = [judged(result, catalogue.expected.get(_pair(result))) for result in results]
    what = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    end = {
        0: "all as expected",
        1: f"{codes.count(1)} not as expected",
        2: f"{codes.count(2)} of ill-formed systems",
        3: f"{codes.count(3)} inconclusive",
    }[exit_code(codes)]
    sys.stdout.flush()
    click.echo(f"{plural(len(results), 'pair')}: {what}; {end}", err=True)
