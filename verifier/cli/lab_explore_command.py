"""`nestproof lab explore`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli import options
from verifier.cli.errors import print_message
from verifier.cli.progress import Reporter
from verifier.cli.writing import writable_file, write_output
from verifier.evidence.verdicts import Progress
from verifier.language.errors import ModelError
from verifier.language.packages import bundled_root
from verifier.project.loading import load

if TYPE_CHECKING:
    from verifier.lab.exploring import Departed, Explored
    from verifier.lab.machines import Live
    from verifier.lab.recording import Recording
    from verifier.language import System

EPILOG = (
    "Exit codes: 0 every departure is predicted, 1 one is not, 2 an emulator or kernel is missing "
    "or a run is incomplete."
)
SYSTEM = re.compile(r"kvm-nvmx/v(\d+)\.(\d+)")


@click.command("explore", epilog=EPILOG, short_help="random programs on a real KVM")
@click.option(
    "--random",
    "count",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    default=1000,
    show_default=True,
    help="How many programs.",
)
@click.option(
    "--seed", type=click.IntRange(0), metavar="S", default=0, show_default=True, help="Of them."
)
@click.option("--kernel", type=options.FILE, help="A Debian package with a kernel.")
@click.option("--kvm", type=options.ANY, metavar="DEVICE", help="Use the KVM of this machine.")
@click.option("--model", metavar="SYSTEM", help="The model; the kernel's own or the last before.")
@click.option("-o", "--output", type=options.FILE, help="File to store the recording in.")
@click.option("--recorded", type=options.FILE, help="Judge a recording; nothing is made smaller.")
@options.timeout(1800.0, "Seconds for each run of the machine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    count: int,
    seed: int,
    kernel: Path | None,
    kvm: Path | None,
    model: str | None,
    output: Path | None,
    recorded: Path | None,
    timeout: float,
    as_json: bool,
) -> int:
    """Run random programs on a real KVM and show what no model predicts.

    Where it departs from the processor and its model does not say so, the program is made as small
    as it departs with, by further runs.
    """
    from verifier.lab.exploring import explored, minimised
    from verifier.lab.on_kvm import kvm_bench
    from verifier.lab.recording import read_recording
    from verifier.lab.running import Incomplete

    if output is not None:
        writable_file(output)
    with Reporter("exploring") as reporter:
        try:
            if recorded is not None:
                machine, recording = None, read_recording(recorded)
            else:
                machine = _machine(kernel, kvm, timeout, reporter)
                recording = _ran(machine, count, seed)
            system = _model(model, recording)
            compiled = kvm_bench(system)
            found = explored(compiled, recording)
            small = [*found.departed, *found.wrong]
            if machine is not None and small:
                small = minimised(small, compiled, lambda some: next(machine.real(some)))
        except Incomplete as why:
            reporter.clear()
            help = f"\n  help: {why.help}" if why.help else ""
            print_message("incomplete", f"{why.message}{help}")
            return 2
    if output is not None:
        write_output(output, recording.content)
    return _shown(recording, system.name, found, small, as_json)


def _machine(kernel: Path | None, kvm: Path | None, timeout: float, reporter: Reporter) -> Live:
    from verifier.lab.machines import Live

    if kernel is not None and kvm is not None:
        raise click.UsageError("give --kernel or --kvm, not both")

    def watch(name: str, done: int, count: int) -> None:
        detail = f"of {count} programs" if done else "starting"
        reporter.watch(Progress(name, done, detail))

    return Live.of([kernel] if kernel else [], kvm, timeout, watch)


def _ran(machine: Live, count: int, seed: int) -> Recording:
    from dataclasses import replace

    from msgspec.structs import replace as with_fields

    from verifier.lab.random_programs import random_programs

    found = next(machine.real(list(random_programs(count, seed))))
    header = with_fields(found.header, list=f"random {count} seed {seed}")
    return replace(found, header=header)


def _model(name: str | None, recording: Recording) -> System:
    """The model of the KVM that has run the programs, or of the last version before it."""
    catalogue = load(bundled_root())
    if name is not None:
        return catalogue.system(name)
    version = _numbers(recording.header.emulator.partition(" ")[2])
    known = {
        (int(found[1]), int(found[2])): system
        for system in catalogue.systems.values()
        if (found := SYSTEM.fullmatch(system.name)) and not system.initial.vcpu.era.lazy
    }
    earlier = [each for each in known if each <= version]
    if not earlier:
        raise ModelError("there is no model of this KVM or an earlier one", help="--model SYSTEM")
    return known[max(earlier)]


def _numbers(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _shown(
    recording: Recording, model: str, found: Explored, small: Iterable[Departed], as_json: bool
) -> int:
    from verifier.reports import lab_exploration

    shown = list(small)
    if as_json:
        click.echo(lab_exploration.document(recording.header, model, found, shown), nl=False)
    else:
        for line in lab_exploration.lines(recording.header, model, found, shown):
            click.echo(line)
    return 1 if shown else 0
