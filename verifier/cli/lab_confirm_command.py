"""`nestproof lab confirm`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import print_message, wrong_file
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.reusing import Reuse
from verifier.cli.writing import write_output
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Progress
from verifier.language.errors import ModelError
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore
from verifier.project.result_cache import Cache, cache_folder

if TYPE_CHECKING:
    from verifier.execution.execution import Execution
    from verifier.lab.confirming import Claim, Confirmation, Impossible
    from verifier.lab.machines import Machines
    from verifier.lab.recording import Recording

EPILOG = (
    "Exit codes: 0 confirmed, 1 refuted, 2 an emulator or kernel is missing or a run is "
    "incomplete, 3 no program can show it, with the reason."
)


@click.command("confirm", epilog=EPILOG, short_help="a counterexample on a real KVM")
@click.argument("what", nargs=-1, required=True, shell_complete=pairs)
@click.option(
    "--kernel",
    "kernels",
    type=options.FILE,
    multiple=True,
    help="A Debian package with a kernel; repeatable.",
)
@click.option("--kvm", type=options.ANY, metavar="DEVICE", help="Use the KVM of this machine.")
@click.option("-o", "--output", type=options.FOLDER, help="Folder to store the recordings in.")
@click.option(
    "--recorded", type=options.FOLDER, help="Judge such recordings; no emulator is needed."
)
@options.timeout(600.0, "Seconds for each machine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    what: tuple[str, ...],
    kernels: tuple[Path, ...],
    kvm: Path | None,
    output: Path | None,
    recorded: Path | None,
    timeout: float,
    as_json: bool,
) -> int:
    """Run a counterexample of nested KVM on a bare machine and on a real KVM.

    Each WHAT is a pair or a saved execution. It becomes programs of L1 and L2; what they come to is
    compared with what the system's model says and with what models/x86 says.
    """
    from verifier.lab.confirming import Claim, confirmed
    from verifier.lab.machines import Live, Recorded
    from verifier.lab.running import Incomplete

    with Reporter("confirming") as reporter:

        def watch(name: str, done: int, count: int) -> None:
            detail = f"of {count} programs" if done else "starting"
            reporter.watch(Progress(name, done, detail))

        try:
            machines: Machines = (
                Recorded(recorded)
                if recorded is not None
                else Live.of(kernels, kvm, timeout, watch)
            )
            asked = [_claim(each, timeout, reporter) for each in what]
            claims = [each for each in asked if isinstance(each, Claim)]
            results: list[Confirmation | Impossible] = [
                each for each in asked if not isinstance(each, Claim)
            ]
            results += confirmed(claims, machines, _storing(output))
        except Incomplete as why:
            reporter.clear()
            help = f"\n  help: {why.help}" if why.help else ""
            print_message("incomplete", f"{why.message}{help}")
            return 2
    return _shown(results, as_json)


def _claim(what: str, timeout: float, reporter: Reporter) -> Claim | Impossible:
    """What is to be tried, without the explanations that people read."""
    from verifier.lab.confirming import Claim

    catalogue = load(project_here())
    known = {str(pair): pair for pair in catalogue.pairs()}
    execution = _stored(catalogue, known[what]) if what in known else None
    if execution is not None:
        return Claim(what, execution)
    if os.path.isfile(what):
        return _saved(Path(what), catalogue)
    return _searched(what, timeout, reporter)


def _saved(file: Path, catalogue: Catalogue) -> Claim:
    """The execution that a file holds, if it still shows what it claims."""
    from verifier.audit.differing import ending
    from verifier.audit.trace_replay import replayed
    from verifier.evidence.certificates import Certificate
    from verifier.evidence.files import DamagedFile, read
    from verifier.execution.execution import Stopped
    from verifier.lab.confirming import Claim

    try:
        saved = read(file)
    except DamagedFile as damage:
        raise wrong_file(file, str(damage)) from None
    if isinstance(saved, Certificate):
        raise wrong_file(file, "it is a proof; expected an execution")
    system = catalogue.system(saved.system)
    properties = catalogue.properties_of(system)
    other = catalogue.system(saved.differs_from) if saved.differs_from else None
    execution = replayed(system, properties, saved)
    wrong = execution if other is None else ending(system, other, saved, properties)
    if isinstance(execution, Stopped) or isinstance(wrong, Stopped):
        raise wrong_file(file, f"the models do not confirm it: {wrong}")
    about = f"{saved.system}/{saved.goal()}".rstrip("/")
    return Claim(f"{saved.system} differs from {other.name}" if other else about, execution, other)


def _stored(catalogue: Catalogue, pair: Pair) -> Execution | None:
    """The counterexample that the project stores, if it is still one."""
    from verifier.execution.conversions import execution_of_run
    from verifier.execution.execution import Stopped

    bundle = ProofStore(catalogue.root).bundle(pair.system)
    run = None if bundle is None else bundle.runs.get(pair.property)
    if run is None:
        return None
    system = catalogue.systems[pair.system]
    execution = execution_of_run(system, catalogue.properties_of(system), run)
    if isinstance(execution, Stopped):
        return None
    return None if isinstance(execution.violation(pair.property), Stopped) else execution


def _searched(what: str, timeout: float, reporter: Reporter) -> Claim | Impossible:
    """That of a pair, which is checked first; one that is proved has none."""
    from verifier.cli.evidence import SearchOptions, Unverified, found
    from verifier.evidence.certificates import Certificate
    from verifier.execution.conversions import execution_of_trace
    from verifier.execution.execution import Stopped
    from verifier.lab.confirming import Claim, Impossible

    reuse = Reuse(Cache(cache_folder(), Limits(seconds=timeout)))
    evidence, catalogue = found(what, SearchOptions([], timeout, False, reuse, reporter, False))
    if isinstance(evidence, Unverified):
        raise ModelError(f"`{what}` is not confirmed by the models: {evidence.reason}")
    if isinstance(evidence, Certificate):
        return Impossible(what, "it is proved, so there is nothing to confirm")
    if not isinstance(evidence, Trace) or catalogue is None:
        raise ModelError(f"there is no counterexample of `{what}` to try")
    system = catalogue.system(evidence.system)
    execution = execution_of_trace(system, catalogue.properties_of(system), evidence)
    if isinstance(execution, Stopped):
        raise ModelError(f"`{what}` cannot be followed: {execution}")
    return Claim(f"{evidence.system}/{evidence.property}".rstrip("/"), execution)


def _storing(folder: Path | None) -> Callable[[Recording], None]:
    from verifier.lab.machines import file_name

    def store(recording: Recording) -> None:
        if folder is not None:
            write_output(folder / file_name(recording), recording.content)

    return store


def _shown(results: Sequence[Confirmation | Impossible], as_json: bool) -> int:
    from verifier.check.result import exit_code
    from verifier.lab.confirming import Confirmation
    from verifier.reports import lab_confirmation

    if as_json:
        click.echo(lab_confirmation.document(results), nl=False)
    else:
        for each in results:
            for line in lab_confirmation.lines(each):
                click.echo(line)
    return exit_code(
        [each.finding.value if isinstance(each, Confirmation) else 3 for each in results]
    )
