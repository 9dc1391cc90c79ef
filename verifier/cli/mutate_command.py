"""`nestproof mutate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

import click

from verifier.check.context import Context
from verifier.check.result import exit_code
from verifier.cli import options
from verifier.cli.completing import systems
from verifier.cli.errors import backquoted, print_message
from verifier.cli.fitting import echo
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.show_command import styled
from verifier.cli.writing import writable_record
from verifier.evidence.verdicts import Limits
from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError, within_project
from verifier.language.plain_values import plural
from verifier.mutation.baseline import (
    FILE,
    RecordedScore,
    compared,
    entry,
    mistakes,
    record,
    score,
    scores,
)
from verifier.mutation.campaign import Campaign, Guarded, Trial, trials
from verifier.mutation.earlier_runs import earlier_runs, save_runs
from verifier.mutation.run import guarded_system, mutable_functions
from verifier.processes.lifetime import end_all
from verifier.processes.signals import WORDS, shielded
from verifier.project.catalogue import Catalogue
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore
from verifier.project.result_cache import Cache, cache_folder
from verifier.reports.wording import mistake
from verifier.viewer.markup import Role


@click.command("mutate")
@click.argument("patterns", metavar="PATTERN...", nargs=-1, required=True, shell_complete=systems)
@click.option(
    "--function", "functions", multiple=True, metavar="NAME", help="Only its mutants; repeatable."
)
@options.bundled
@click.option("--all", "everything", is_flag=True, help="List the mutants that are killed, too.")
@click.option("--accept", "accepting", is_flag=True, help="Record the scores.")
@click.option("--no-cache", is_flag=True, help="Do not read the result cache.")
@options.timeout(300.0, "Seconds to prove a system's claims before it is mutated.")
@options.jobs
def command(
    patterns: tuple[str, ...],
    functions: tuple[str, ...],
    bundled: bool,
    everything: bool,
    accepting: bool,
    no_cache: bool,
    timeout: float,
    jobs: int,
) -> int:
    """Mutate the functions of a system in one place at a time; which claims fail?

    A PATTERN is a system, a family, or has a `*`. What killed a mutant is replayed first the next
    time, so that an interrupted run goes on quickly. Exit code 1 where a mutant survives that is
    not on record, 3 where one is undecided.
    """
    if accepting and functions:
        raise click.UsageError("a record is about all functions: leave --function or --accept out")
    root = project_here()
    catalogue = load(root)
    names = catalogue.systems_matching(patterns)
    if accepting:
        writable_record(root, FILE)
    if functions:
        _require(catalogue, names, functions)
    for warning in ProofStore(root).damages(catalogue.systems[name] for name in names):
        print_message("warning", warning)
    recorded, limits = scores(root), Limits(seconds=timeout)
    cache = Cache(None if no_cache else cache_folder(), limits)
    circuits = Circuits(catalogue, cache)
    context = Context(catalogue, circuits, cache, limits, jobs)
    run = _Run(context, functions, "" if bundled else str(catalogue.root), everything)
    try:
        for name in names:
            run.mutate(name, recorded.get(name))
    except KeyboardInterrupt:
        code = end_all()
        run.show_unfinished()
        left = plural(len(names) - len(run.found), "system")
        print_message(WORDS[code], f"{left} not finished, nothing recorded")
        return code
    if accepting:
        with shielded():
            if record(root, run.found):
                click.echo(f"wrote {FILE}", err=True)
        return 0
    return exit_code(run.codes)


@dataclass
class _Run:
    """What is mutated, and which mutants were killed."""

    context: Context
    functions: Sequence[str]
    under: str
    everything: bool
    codes: list[int] = field(default_factory=list)
    found: dict[str, RecordedScore] = field(default_factory=dict)
    begin: float = 0.0
    unfinished: tuple[str, Guarded] | None = None
    trials: list[Trial] = field(default_factory=list)
    """Of the system that is unfinished."""

    def mutate(self, name: str, before: RecordedScore | None) -> None:
        """Try a system's mutants; show which were killed and how that differs from the record."""
        self.begin, self.unfinished, self.trials = perf_counter(), None, []
        with Reporter("mutating") as reporter:
            watch = reporter.watch
            guards = guarded_system(self.context.watched(watch), name)
            if not guards.claims:
                click.echo(f"{name}: no claim holds, so no mutant can be killed")
                return
            self.unfinished = name, guards
            cache = self.context.cache
            known = earlier_runs(cache, guards)
            asked = Campaign(self.functions, self.under, earlier=known)
            try:
                for trial in trials(guards, self.context.jobs, watch, asked):
                    self.trials.append(trial)
            finally:
                with shielded():
                    save_runs(cache, guards, self.trials)
        if not self.trials:
            click.echo(f"{name}: nothing to mutate in the project's own files; see --bundled")
            return
        self._show(name, guards)
        self.found[name], self.unfinished = entry(self.trials), None
        comparison = compared(name, self.trials, before, not self.functions)
        self.codes += [1 if trial.status == "survived" else 3 for trial in comparison.new]
        for gone in comparison.gone:
            echo(f"  killed now, or gone: {gone}")

    def show_unfinished(self) -> None:
        """Show the results for the system that was mutated when a signal came."""
        if self.unfinished is not None and self.trials:
            self._show(*self.unfinished)

    def _show(self, name: str, guards: Guarded) -> None:
        seconds = perf_counter() - self.begin
        _print(name, guards.claims, self.trials, self.everything, seconds)


def _require(catalogue: Catalogue, names: Sequence[str], functions: Sequence[str]) -> None:
    """Refuse a function that no system runs, and a system that runs none of the functions."""
    systems = [catalogue.systems[name] for name in names]
    known = {
        each.name: mutable_functions(each, catalogue.properties_of(each), functions)
        for each in systems
    }
    everywhere = [function for each in known.values() for function in each]
    for function in functions:
        if function not in everywhere:
            raise _nothing(names[0] if len(names) == 1 else "", function, everywhere)
    for name, each in known.items():
        if not {*functions} & {*each}:
            raise _nothing(name, "` or `".join(functions), each)


def _nothing(name: str, function: str, known: Sequence[str]) -> ModelError:
    """An error with the nearest function, or all."""
    who = f"`{name}` runs" if name else "these systems run"
    everything = f"functions are {backquoted(dict.fromkeys(known))}"
    return ModelError(
        f"{who} nothing that can be mutated in `{function}`",
        help=did_you_mean(function, known, everything),
    )


def _print(
    name: str, claims: Sequence[str], trials: Sequence[Trial], everything: bool, seconds: float
) -> None:
    against = f"{plural(len(trials), 'mutant')} against {plural(len(claims), 'claim')}"
    echo(styled(f"{name}: {against}", "title"))
    killed = ("killed", "refused") if everything else ()
    groups = mistakes(trials)
    for status in ("survived", "undecided", *killed):
        for first, *others in groups:
            if first.status == status:
                echo(_line(first))
                for other in others:
                    echo(f"             the same circuit: {_place(other)}")
    total = score(trials)
    by = Counter(trial.by for trial in trials if trial.status == "killed")
    for claim, count in by.most_common():
        echo(f"  {count:4} killed by {claim}")
    refused = sum(trial.status == "refused" for trial in trials)
    echo(
        f"  {total.killed} killed ({refused} refused as models), {total.survived} survived, "
        f"{total.undecided} undecided, {total.equivalent} equivalent: "
        f"{100 * total.share:.1f} % of those that matter, {seconds:.1f} s"
    )


def _line(trial: Trial) -> str:
    role: Role = "wrong" if trial.status == "survived" else "choice"
    text = f"  {styled(f'{trial.status:<9}', role)}  {_place(trial)}"
    if trial.status == "killed":
        text += f"  by {trial.by} after {trial.depth}"
    elif trial.by:
        text += f"  ({trial.by})"
    return text


def _place(trial: Trial) -> str:
    mutant = trial.mutant
    place = f"{within_project(mutant.file)}:{mutant.line} in {mutant.function}"
    return f"{place}: {mistake(mutant)}"
