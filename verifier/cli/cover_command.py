"""`nestproof cover`."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.check.certify import audited_proofs
from verifier.check.result import exit_code
from verifier.check.vacuity import witness_goals
from verifier.cli import options
from verifier.cli.completing import systems
from verifier.cli.fitting import echo
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.writing import writable_folder, write_output
from verifier.compiler.compile import compile_compared
from verifier.engines.portfolio import auto
from verifier.engines.random_simulation import simulation
from verifier.evidence.files import encoded
from verifier.evidence.verdicts import Answer, Limits, Proved, Violated, silent
from verifier.language.goals import Goal, is_step
from verifier.language.plain_values import plural
from verifier.mutation.branch_coverage import BranchCoverage, coverage
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load


@click.command("cover")
@click.argument("patterns", metavar="PATTERN...", nargs=-1, required=True, shell_complete=systems)
@click.option(
    "--evidence", type=options.FOLDER, help="Folder to save proofs about steps and cases in."
)
@options.bundled
@options.jobs
def command(patterns: tuple[str, ...], evidence: Path | None, bundled: bool, jobs: int) -> int:
    """List steps that never fire, cases that never occur and branches that are never taken.

    Branches are those of `if`, `elif` and `match` in steps and what they call, but for observers
    and for functions that only a condition which never changes would call; conditional expressions
    and loops have none.

    A PATTERN is a system, a family, or has a `*`. Of what is called unreachable there is a proof;
    that of a branch is about a system with an assertion there, and is not saved.
    Exit code 1 where a step or case is unreachable, 3 where it is not known.
    """
    catalogue = load(project_here())
    names = catalogue.systems_matching(patterns)
    folder = None if evidence is None else writable_folder(evidence)
    codes = [0]
    for name in names:
        codes += _witnesses(catalogue, name, folder)
        with Reporter("covering") as reporter:
            system, under = catalogue.systems[name], "" if bundled else str(catalogue.root)
            found = list(coverage(system, jobs, reporter.watch, under))
        _print(name, found)
    return exit_code(codes)


def _witnesses(catalogue: Catalogue, name: str, folder: Path | None) -> list[int]:
    """Steps and cases that are not reached, as exit codes; what shows it goes into the folder."""
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    compiled = compile_compared(system, properties)
    groups = {function.group for function in properties} | {""}
    goals = {g for several in witness_goals(system, properties, groups).values() for g in several}
    goal_names = sorted(goals)
    verdicts: dict[str, Answer] = dict(simulation(compiled.circuit, goal_names))
    rest = [witness for witness in goal_names if witness not in verdicts]
    if rest:
        verdicts |= auto(compiled.circuit, rest, Limits(seconds=60.0))
    at_once = f"{len(goal_names) - len(rest)} of {len(goal_names)}"
    echo(f"{name}: {at_once} steps and cases found at once")
    dead = {w: v for w, v in verdicts.items() if isinstance(v, Proved)}
    proofs = audited_proofs(compiled, dead, folder is not None, silent)
    codes = []
    for witness in rest:
        what = Goal.of(witness).name
        if witness in proofs:
            proof = proofs[witness]
            says = "never fires" if is_step(witness) else "never occurs"
            echo(f"  `{what}` {says}  {plural(len(proof.lemmas), 'lemma')}")
            codes.append(1)
            if folder is not None:
                file = folder / f"{name.replace('/', '.')}.{witness.replace(':', '.')}.json"
                write_output(file, encoded(proof))
        elif not isinstance(verdicts[witness], Violated):
            echo(f"  not known whether `{what}` occurs")
            codes.append(3)
    return codes


def _print(name: str, found: list[BranchCoverage]) -> None:
    for each in found:
        if each.status != "taken":
            proof = f"  {plural(len(each.proof.lemmas), 'lemma')}" if each.proof is not None else ""
            echo(f"  {each.status:<11}  {each.branch}{proof}")
    taken = sum(each.status == "taken" for each in found)
    unreachable = sum(each.status == "unreachable" for each in found)
    echo(
        f"{name}: {len(found)} branches, {taken} taken, {unreachable} unreachable, "
        f"{len(found) - taken - unreachable} not known"
    )
