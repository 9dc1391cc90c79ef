"""`nestproof lab`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli import options
from verifier.cli.errors import print_message
from verifier.cli.lab_confirm_command import command as confirm
from verifier.cli.lab_explore_command import command as explore
from verifier.cli.progress import Reporter
from verifier.cli.writing import writable_file, write_output
from verifier.evidence.verdicts import Progress
from verifier.language.errors import ModelError
from verifier.language.packages import bundled_root
from verifier.project.importing import opened

if TYPE_CHECKING:
    from verifier.lab.kernel import Kernel
    from verifier.lab.legs import Leg
    from verifier.lab.programs import Machine, Program
    from verifier.lab.recording import Recording
    from verifier.lab.summary import Summary

EPILOG = (
    "Exit codes: 0 as predicted, 1 something differs, 2 an emulator is missing or a run is "
    "incomplete, 3 something is not expressible in models/x86."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("lab", epilog=EPILOG, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Compare models/x86 with machines that nobody here wrote.

    Programs run on an emulator, and what becomes of them is compared with what the model predicts.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)
    opened([bundled_root()])


@command.command("run", epilog=EPILOG, short_help="run programs and compare")
@click.option(
    "--leg", default="bochs-vmx", show_default=True, help="The machine: bochs-, kvm-vmx, or -svm."
)
@click.option("--cpu", metavar="MODEL", help="Its CPU model; the leg's first without it.")
@click.option("--kvm", type=options.ANY, metavar="DEVICE", help="Use the KVM of this machine.")
@click.option("--kernel", type=options.FILE, help="A Debian package with a kernel, for kvm-*.")
@click.option("--quick", "which", flag_value="quick", default=True, help="Every rule (default).")
@click.option("--full", "which", flag_value="full", help="All of TS, MP, EM, mask and shadow.")
@click.option(
    "--refusals", "which", flag_value="refusals", help="VM entries that only hardware refuses."
)
@click.option(
    "--random",
    "count",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="N random ones; without it none.",
)
@click.option(
    "--seed", type=click.IntRange(0), metavar="S", default=0, help="Of the random ones; default: 0."
)
@options.timeout(900.0, "Seconds for the machine.")
@click.option("-o", "--output", type=options.FILE, help="File to store the recording in.")
@as_json
def run(
    leg: str,
    cpu: str | None,
    kvm: Path | None,
    kernel: Path | None,
    which: str,
    count: int | None,
    seed: int,
    timeout: float,
    output: Path | None,
    as_json: bool,
) -> int:
    """Run programs on a machine and compare what becomes of them with the model."""
    from verifier.lab.legs import Order, recorded
    from verifier.lab.running import Incomplete

    machine, model = _machine("host-kvm" if kvm else leg, cpu)
    if output is not None:
        writable_file(output)
    name, programs = _programs(which, count, seed, machine.machine)
    with Reporter("running") as reporter:

        def watch(done: int) -> None:
            detail = f"of {len(programs)} programs" if done else "starting"
            reporter.watch(Progress(machine.name, done, detail))

        try:
            package = _kernel(machine, kernel)
            device = kvm or Path("/dev/kvm")
            order = Order(machine, model, package, name, programs, timeout, device)
            recording = recorded(order, watch)
        except Incomplete as why:
            return _incomplete(why)
    if output is not None:
        write_output(output, recording.content)
    return _show([_judged(recording)], as_json, one=True)


def _incomplete(why: ModelError) -> int:
    help = f"\n  help: {why.help}" if why.help else ""
    print_message("incomplete", f"{why.message}{help}")
    return 2


def _machine(name: str, cpu: str | None) -> tuple[Leg, str]:
    """The leg, and its CPU model."""
    from verifier.lab.legs import LEGS

    if name not in LEGS:
        raise click.BadParameter(f"{name!r} is none of {', '.join(LEGS)}.", param_hint="'--leg'")
    leg = LEGS[name]
    if cpu is not None and cpu not in leg.cpus:
        names = ", ".join(leg.cpus)
        raise click.BadParameter(f"{cpu!r} is none of {names}.", param_hint="'--cpu'")
    return leg, cpu or leg.cpus[0]


def _kernel(leg: Leg, package: Path | None) -> Kernel | None:
    """The kernel, where the leg has one."""
    from verifier.lab.kernel import HELP, read_kernel
    from verifier.lab.running import Incomplete

    if package is not None and not leg.needs_kernel:
        raise click.UsageError(f"--kernel is not for {leg.name}")
    if package is None and leg.needs_kernel:
        raise Incomplete(f"{leg.name} needs a kernel", help=f"--kernel FILE: {HELP}")
    return None if package is None else read_kernel(package)


@command.command("fetch-kernel", epilog=EPILOG, short_help="a kernel for kvm-vmx")
@click.argument("series")
def fetch(series: str) -> int:
    """Download Debian's newest cloud kernel of a SERIES, such as 6.1, for the leg kvm-vmx."""
    from verifier.lab.fetching import fetch_kernel
    from verifier.lab.kernel import read_kernel
    from verifier.lab.running import Incomplete

    try:
        file = fetch_kernel(series, Path.cwd())
    except Incomplete as why:
        return _incomplete(why)
    kernel = read_kernel(file)
    click.echo(f"{file.name}: Linux {kernel.version}, SHA-256 {kernel.digest}")
    return 0


@command.command("compare", epilog=EPILOG, short_help="judge a recording again")
@click.argument("file", type=options.ANY)
@click.option("--with", "other", type=options.ANY, help="Another machine's recording of the same.")
@as_json
def compare(file: Path, other: Path | None, as_json: bool) -> int:
    """Compare a recording with the model as it is now, or with another machine's.

    No emulator is needed.
    """
    from verifier.lab.recording import read_recording

    if other is not None:
        return _show_between(read_recording(other), read_recording(file), as_json)
    return _show([_judged(read_recording(file))], as_json, one=True)


@command.command("report", epilog=EPILOG, short_help="a table of recordings")
@click.argument("files", nargs=-1, required=True, type=options.ANY)
@as_json
def report(files: tuple[Path, ...], as_json: bool) -> int:
    """Print a table of recordings: cases, agreeing, known departures, differing."""
    from verifier.lab.recording import read_recording

    return _show([_judged(read_recording(file)) for file in files], as_json, one=False)


def _show_between(expected: Recording, actual: Recording, as_json: bool) -> int:
    from verifier.lab.two_machines import between
    from verifier.reports import lab_text

    found = list(between(expected, actual))
    if as_json:
        click.echo(lab_text.document_between(expected.header, actual.header, found), nl=False)
    else:
        for line in lab_text.lines_between(expected.header, actual.header, found):
            click.echo(line)
    return 1 if found else 0


def _programs(
    which: str, count: int | None, seed: int, machine: Machine
) -> tuple[str, Sequence[Program]]:
    """The programs, and the name of their list."""
    from verifier.lab.lists import listed
    from verifier.lab.programs import Machine
    from verifier.lab.random_programs import random_programs
    from verifier.lab.refusals import late_refusals
    from verifier.lab.scales import FULL, QUICK
    from verifier.lab.svm_lists import svm_listed

    scale = FULL if which == "full" else QUICK
    match machine:
        case Machine.SVM:
            if count is not None or which == "refusals":
                raise click.UsageError("random programs and refusals are for VMX")
            return which, list(svm_listed(scale))
        case Machine.VMX:
            if which == "refusals" and count is None:
                return which, list(late_refusals())
            if count is not None:
                return f"random {count} seed {seed}", list(random_programs(count, seed))
            return which, list(listed(scale))


def _judged(recording: Recording) -> Summary:
    from verifier.lab.lockstep import bench
    from verifier.lab.summary import judged

    with Reporter("comparing"):
        return judged(recording, bench(recording.machine))


def _show(summaries: Sequence[Summary], as_json: bool, one: bool) -> int:
    from verifier.check.result import exit_code
    from verifier.reports import lab_text

    if as_json:
        click.echo(lab_text.document(summaries), nl=False)
    else:
        lines = lab_text.lines(summaries[0]) if one else lab_text.table(summaries)
        for line in lines:
            click.echo(line)
    return exit_code([summary.code for summary in summaries])


command.add_command(confirm)
command.add_command(explore)
