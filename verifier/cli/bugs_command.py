"""`nestproof bugs`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from verifier.bugs.confirm import Confirmation, confirmed
from verifier.bugs.executions import FILE, store_executions, stored_executions
from verifier.bugs.recorded import Bug, chosen_bugs, recorded_bugs
from verifier.check.context import Context
from verifier.check.result import exit_code
from verifier.cli import options
from verifier.cli.completing import bugs as bug_ids
from verifier.cli.errors import colours, print_error
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.reusing import circuits_of
from verifier.cli.writing import writable_record
from verifier.evidence.verdicts import Limits
from verifier.processes.signals import shielded
from verifier.project.loading import load
from verifier.project.result_cache import Cache, cache_folder
from verifier.reports.bugs_text import details, document, page, summary, table
from verifier.reports.check_text import columns


@click.command("bugs")
@click.argument("ids", metavar="[ID]...", nargs=-1, shell_complete=bug_ids)
@click.option("--check", "checking", is_flag=True, help="Decide whether each is still reproduced.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--markdown", is_flag=True, help="The page docs/bugs.md on stdout.")
@click.option("--accept", is_flag=True, help=f"Store in {FILE} how mutants are reproduced.")
@click.option("--no-cache", is_flag=True, help="Compile again; neither read nor write circuits.")
@options.timeout(300.0, "Seconds for each system and each mutant.")
@options.jobs
def command(
    ids: tuple[str, ...],
    checking: bool,
    as_json: bool,
    markdown: bool,
    accept: bool,
    no_cache: bool,
    timeout: float,
    jobs: int,
) -> int:
    """Known bugs of shipped systems: which the models reproduce, and how.

    With ID each is shown in full. Exit code with --check: 0 all as on record, 1 one is not
    reproduced any more, 3 one is undecided.
    """
    if accept and not checking:
        raise click.UsageError("--accept stores what --check finds: give both")
    if markdown and (as_json or checking or ids):
        raise click.UsageError("--markdown is about all bugs on record: give it alone")
    catalogue = load(project_here())
    bugs = chosen_bugs(recorded_bugs(catalogue), ids, catalogue.root)
    if markdown:
        click.echo(page(bugs), nl=False)
        return 0
    found = [Confirmation(bug, bug.status) for bug in bugs]
    if checking:
        limits = Limits(seconds=timeout)
        cache = Cache(None if no_cache else cache_folder(), limits)
        context = Context(catalogue, circuits_of(catalogue, cache), cache, limits, jobs)
        found = _checked(context, bugs, accept)
    _show(found, as_json, bool(ids))
    return exit_code([each.code for each in found])


def _checked(context: Context, bugs: Sequence[Bug], accept: bool) -> list[Confirmation]:
    """What is found of each bug; executions of mutants are stored where that is asked for."""
    root = context.catalogue.root
    if accept:
        writable_record(root, FILE)
    stored = stored_executions(root)
    with Reporter("checking", len(bugs)) as reporter:
        found = []
        for each in confirmed(context.watched(reporter.watch), bugs, stored):
            found.append(each)
            reporter.done()
    context.circuits.trim()
    if accept:
        with shielded():
            new = {each.bug.id: each.run for each in found if each.run is not None}
            known = {bug.id for bug in recorded_bugs(context.catalogue).values() if bug.mutant}
            runs = {id: run for id, run in {**stored, **new}.items() if id in known}
            if store_executions(root, runs):
                click.echo(f"wrote {FILE}", err=True)
    return found


def _show(found: Sequence[Confirmation], as_json: bool, in_full: bool) -> None:
    """All that was asked for."""
    errors = {str(each.error): each.error for each in found if each.error is not None}
    for error in errors.values():
        print_error(error)
    if as_json:
        click.echo(document(found))
        return
    coloured = sys.stdout.isatty() and colours() is None
    if in_full:
        text = "\n".join(details(each, columns(), coloured) for each in found)
    else:
        text = table(found, columns(), coloured)
    click.echo(text, nl=False)
    sys.stdout.flush()
    click.echo(summary(found), err=True)
