"""`nestproof gate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from verifier.check.context import Context
from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import not_decided, print_error, print_message
from verifier.cli.fitting import echo
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.reusing import circuits_of
from verifier.cli.show_command import styled
from verifier.cli.writing import writable_file, writable_record, write_output
from verifier.evidence.verdicts import Limits
from verifier.gate.accept import accept
from verifier.gate.gate import gate
from verifier.gate.report import Report
from verifier.gate.selection import selection
from verifier.gate.weakened.acceptance import FILE as ACCEPTED
from verifier.gate.weakened.acceptance import accept as accept_weakened
from verifier.gate.weakened.acceptance import chosen, entries, with_accepted
from verifier.gate.weakened.weakening import KINDS, Weakening
from verifier.language.errors import ModelError, ToolFailure
from verifier.language.packages import bundled_root
from verifier.processes.lifetime import end_all
from verifier.processes.signals import REASON, WORDS, release, shielded
from verifier.project.branching import base_of, refuse_bare, refuse_foreign
from verifier.project.catalogue import Catalogue
from verifier.project.expectations import VERDICTS
from verifier.project.loading import load
from verifier.project.proof_store import FOLDER
from verifier.project.recorded_verdicts import recorded
from verifier.project.result_cache import Cache, cache_folder
from verifier.project.root import project_above
from verifier.reports.check_text import refusals
from verifier.reports.terminal import terminal_lines

HEAD = 4096
"""Bytes at the beginning of a file, by which a report is known."""
MARKS = {
    "json": (b'"schema": 1,', b'"results": ['),
    "junit": (b'<testsuites name="nestproof"',),
    "sarif": (b"sarif-schema-2.1.0", b'"name":"nestproof"'),
    "markdown": (b"nestproof gate: ",),
}
"""What the beginning of each report has."""


@click.command("gate")
@click.argument("patterns", metavar="[PATTERN]...", nargs=-1, shell_complete=pairs)
@options.base
@click.option("--json", type=options.FILE, help="Write the verdicts as JSON.")
@click.option("--junit", type=options.FILE, help="Write a JUnit XML report.")
@click.option("--sarif", type=options.FILE, help="Write a SARIF 2.1.0 report.")
@click.option("--markdown", type=options.FILE, help="Write a report for a pull request.")
@click.option("--why", is_flag=True, help="Show why the change touches a system.")
@click.option("--accept", "accepting", is_flag=True, help="Record the verdicts and the evidence.")
@click.option(
    "--accept-weakened",
    "weakened",
    metavar="KIND:NAME",
    multiple=True,
    help="Record that something is weaker, as the report names it; with --reason. "
    f"A KIND is one of {', '.join(KINDS)}.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why that is right.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the result cache.")
@options.timeout(300.0, "Seconds to search for a system's evidence.")
@options.timeout(
    600.0,
    "Seconds for all mutants of changed functions; the rest is undecided (exit code 3).",
    "--mutants",
)
@options.memory
@options.jobs
def command(**given: Any) -> int:
    """Show what a change does to the models' behaviour, and whether every verdict holds.

    Stored evidence is audited; only what no longer holds is searched for. Without --base the
    working tree is compared with where HEAD left the main branch. A PATTERN is a pair, a system, a
    family, or has a `*`; without one all pairs are at the gate. On
    Ctrl-C and SIGTERM the reports are written with what is decided by then.
    """
    asked = _Asked(**given)
    if bool(asked.weakened) != bool(asked.reason.strip()):
        raise click.UsageError("--accept-weakened and --reason go together")
    if not asked.reason.isprintable():
        raise click.UsageError("the text of --reason has characters that cannot be printed")
    files, nothing = _files(asked.reports), Report(None, (), (), only=asked.patterns)
    try:
        found = _gate(asked)
    except ToolFailure as failure:
        error = ModelError(f"tool failure: {failure}", help="please report it")
        _write_all(files, replace(nothing, error=error))
        raise
    except ModelError as error:
        _write_all(files, replace(nothing, error=error))
        raise
    except KeyboardInterrupt:  # before there is anything to report
        found = None
    report = found.report if found is not None else replace(nothing, stopped=end_all())
    _write_all(files, report)
    if found is None or report.stopped:
        _report_stopped(report, files)
        return report.code
    _show(report, asked.why)
    if asked.accepting:
        return _accepted(found)
    if report.code == 0 and any(row.how.startswith("searched") for row in report.rows):
        click.echo(
            "nestproof gate --accept stores what was found, so that later gates only audit it",
            err=True,
        )
    return report.code


@dataclass(frozen=True)
class _Asked:
    """What a gate is asked for."""

    patterns: tuple[str, ...]
    revision: str | None
    json: Path | None
    junit: Path | None
    sarif: Path | None
    markdown: Path | None
    why: bool
    accepting: bool
    weakened: tuple[str, ...]
    reason: str
    no_cache: bool
    timeout: float
    mutants: float
    memory: int | None
    jobs: int

    @property
    def limits(self) -> Limits:
        return Limits(None, self.timeout, self.memory)

    @property
    def reports(self) -> dict[str, Path | None]:
        """The file for each kind of report."""
        return {kind: getattr(self, kind) for kind in MARKS}

    @property
    def records(self) -> list[Path]:
        """The project's files that are to be written."""
        return [*(VERDICTS, FOLDER) * self.accepting, *(ACCEPTED,) * bool(self.weakened)]


@dataclass(frozen=True)
class _Found:
    """What a gate has found, and the text of the verdicts on record when it began."""

    catalogue: Catalogue
    before: str
    report: Report


def _gate(asked: _Asked) -> _Found:
    """Load the project, compare, check, and record what is accepted as weaker."""
    release()
    root = project_here()
    if root == bundled_root():
        refuse_bare(Path.cwd())
        if project_above(Path.cwd()) is None:
            refuse_foreign(Path.cwd())
    for record in asked.records:
        writable_record(root, record)
    base = base_of(root, asked.revision)
    cache = Cache(None if asked.no_cache else cache_folder(), asked.limits)
    catalogue = load(root)
    catalogue.require_pairs()
    circuits = circuits_of(catalogue, cache)
    selected = selection(catalogue, asked.patterns)
    before = recorded(root)
    with Reporter("checking", len(selected.systems)) as reporter:
        watch = reporter.watch
        context = Context(catalogue, circuits, cache, asked.limits, asked.jobs, watch)
        report = gate(context, selected, base, asked.accepting, asked.mutants)
    report = replace(report, revision=asked.revision or "")
    if asked.weakened and not report.stopped:
        picked = chosen(report.weakened, asked.weakened)
        weaker = _taken(catalogue, report, picked, asked.reason)
        report = replace(report, weakened=tuple(weaker))
    return _Found(catalogue, before, report)


def _taken(
    catalogue: Catalogue, report: Report, picked: Sequence[Weakening], reason: str
) -> list[Weakening]:
    """Record what is accepted; all that is weakened, with that marked."""
    with shielded():
        if accept_weakened(catalogue.root, picked, reason):
            click.echo(f"wrote {ACCEPTED}", err=True)
    return with_accepted(report.weakened, entries(catalogue.root))


def _show(report: Report, why: bool) -> None:
    for line in terminal_lines(report, styled, why):
        echo(line)
    for refused in refusals(row.result for row in report.rows):
        print_error(refused)


def _accepted(found: _Found) -> int:
    """Record verdicts and evidence; what is still weaker or not decided is in the exit code."""
    report, root = found.report, found.catalogue.root
    with shielded():
        for changed in accept(found.catalogue, report, found.before):
            click.echo(f"wrote {changed.relative_to(root)}", err=True)
    codes = {report.code, *(row.code for row in report.rows)}
    weaker = any(not each.accepted for each in report.weakened)
    return next((code for code in (2, 3) if code in codes), int(weaker))


def _report_stopped(report: Report, files: Mapping[str, Path]) -> None:
    """How far the gate has come, and where that is written."""
    open = sum(row.result.reason == REASON for row in report.rows)
    wrote = f"; wrote {', '.join(map(str, files.values()))}" if files else ""
    print_message(WORDS[report.stopped], not_decided(open, len(report.rows)) + wrote)


def _files(reports: Mapping[str, Path | None]) -> dict[str, Path]:
    """The files of the reports that are asked for, each of which can be written."""
    files = {kind: _replaceable(kind, file) for kind, file in reports.items() if file is not None}
    if len({file.resolve() for file in files.values()}) < len(files):
        raise click.UsageError("two reports cannot go into one file")
    return files


def _write_all(files: Mapping[str, Path], report: Report) -> None:
    """Each report in its file."""
    with shielded():
        for kind, file in files.items():
            module = import_module(f"verifier.reports.{kind}")
            content: bytes = module.document(report)
            write_output(file, content)


def _replaceable(kind: str, file: Path) -> Path:
    """A report's file, if it can be written and holds nothing but such a report."""
    writable_file(file)
    if file.is_file():
        with file.open("rb") as stream:
            begins = stream.read(HEAD)
        if begins and not all(mark in begins for mark in MARKS[kind]):
            what = f"`{file}` is not a {kind} report of nestproof and would be replaced"
            raise ModelError(what, help="give another file, or remove this one")
    return file
