"""`nestproof simulate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from verifier.cli import options
from verifier.cli.completing import systems
from verifier.cli.errors import backquoted, one_line, print_message, wrong_file
from verifier.cli.here import project_here
from verifier.cli.opening import interactive, open_system
from verifier.cli.progress import Reporter
from verifier.cli.random_run import RandomRun, end, show_failure, trace_by_hand
from verifier.cli.writing import writable_file, write_output
from verifier.evidence.files import DamagedFile, encoded, read
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.verdicts import Verdict
from verifier.execution.conversions import chosen, execution_of_trace
from verifier.execution.execution import Execution, Stopped
from verifier.execution.machine import Machine, Move
from verifier.execution.random_walk import changes, tried
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import shown
from verifier.project.catalogue import Pair
from verifier.project.loading import load

HELP = """\
  NUMBER [choice=value ...]   take the step; choices not named keep the values listed
  state                       every field
  back                        undo the last step
  quit"""


@click.command("simulate")
@click.argument("name", metavar="SYSTEM", shell_complete=systems)
@click.option(
    "--random",
    "steps",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    help="Take N random steps; by hand without it.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random choices.")
@click.option("--trace", type=options.FILE, help="Follow a saved trace first.")
@click.option("-o", "--output", type=options.FILE, help="Save the steps, to their violation.")
@click.option("--plain", is_flag=True, help="Line by line, without a screen of its own.")
def command(
    name: str,
    steps: int | None,
    seed: int,
    trace: Path | None,
    output: Path | None,
    plain: bool,
) -> int:
    """Take a system's steps by hand, at random, or along a trace.

    Random steps end with 1 if they violate a property that is not expected to be violated. What
    --output saves, up to the first violation if there is one, is for `show` and `audit`; steps by
    hand are saved at the end.
    """
    by_screen = steps is None and interactive() and not plain
    if output is not None:
        if by_screen:
            raise click.UsageError("the screen saves with a key; give --plain or --random N")
        writable_file(output)
    catalogue = load(project_here())
    system = catalogue.system(name)
    properties = catalogue.properties_of(system)
    execution = Execution.at_start(system, properties)
    if trace is not None:
        execution = _read(execution, trace)
    if by_screen:
        open_system(catalogue, execution)
        return 0
    machine = Machine(system, execution.start)
    claims = [function for function in properties if function.claims]
    broken = _show_violations(machine, claims, "at the start: ")
    _follow(machine, execution.moves, claims)
    if steps is not None:
        rest = [function for function in claims if function not in broken]
        run = RandomRun(machine, rest, list(execution.moves))
        with Reporter("simulating") as reporter:
            violated = run.take(steps, seed, reporter)
        if output is not None:
            write_output(output, encoded(run.trace(execution)))
        pairs = [Pair(name, group) for group in violated | {each.group for each in broken}]
        return int(any(catalogue.expected.get(pair) != Verdict.VIOLATED for pair in pairs))
    if trace is None or sys.stdin.isatty() or output is not None:
        moves = _by_hand(machine, claims)
        execution = replace(execution, moves=(*execution.moves, *moves))
        if output is not None and execution.moves:
            rest = [function for function in claims if function not in broken]
            write_output(output, encoded(trace_by_hand(execution, rest)))
        elif output is not None:
            print_message("warning", "no step was taken: nothing is saved")
        return 0
    if machine.obstacles() is not None:
        click.echo(end(machine, len(execution.moves)))
    return 0


def _read(begun: Execution, file: Path) -> Execution:
    """A saved execution of the same system, all of whose steps can be taken."""
    try:
        evidence = read(file)
    except DamagedFile as damage:
        raise wrong_file(file, str(damage)) from None
    if not isinstance(evidence, SavedTrace) or evidence.system != begun.system.name:
        raise wrong_file(file, f"it is not a trace of `{begun.system.name}`")
    execution = execution_of_trace(begun.system, begun.properties, evidence)
    stopped = execution if isinstance(execution, Stopped) else execution.stopped()
    if isinstance(execution, Stopped) or stopped is not None:
        raise wrong_file(file, str(stopped))
    return execution


def _follow(machine: Machine, moves: Sequence[Move], claims: Sequence[ModelFunction]) -> None:
    """Take steps, showing each and what it violates."""
    for number, move in enumerate(moves, 1):
        click.echo(f"{number:4}  {_move_text(move)}")
        _moved(machine, move, claims)


def _moved(machine: Machine, move: Move, claims: Sequence[ModelFunction]) -> bool:
    """Take a step, if it is enabled, showing what it changes and violates."""
    before = machine.values
    taken = machine.move(move)
    if taken is None:
        return False
    for path, old, new in changes(machine, before):
        click.echo(f"        {path} {_text(old)} -> {_text(new)}")
    show_failure(taken)
    _show_violations(machine, claims)
    return True


def _by_hand(machine: Machine, claims: Sequence[ModelFunction]) -> list[Move]:
    """Take the steps that somebody asks for; those that are not undone."""
    history: list[tuple[list[Any], Move]] = []
    machine.running()
    if machine.presenter.problem:
        print_message("warning", machine.presenter.problem)
    while True:
        moves = [move for move in tried(machine) if move is not None]
        running = machine.running()
        runs = f", {running} {'run' if len(running.runs) > 1 else 'runs'}" * bool(running.runs)
        click.echo(f"{click.style('state', bold=True)} after {len(history)}{runs}")
        for number, move in enumerate(moves, 1):
            click.echo(f"{number:4}  {_move_text(move)}")
        if not moves:
            click.echo(end(machine, len(history)))
        line = _asked()
        if line in ("quit", "q"):
            return [move for _, move in history]
        if line in ("state", "s"):
            _show_state(machine)
        elif line in ("back", "b"):
            if history:
                machine.run.store.values, _ = history.pop()
        elif line in ("?", "help"):
            click.echo(HELP)
        else:
            _take(machine, moves, line, history, claims)


def _asked() -> str:
    """The next line that is not empty; `quit` at the end of input."""
    line = "\n"
    while line.isspace():
        click.echo("> ", nl=False)
        line = sys.stdin.readline()
    asked = line.strip() or "quit"
    if asked in ("quit", "q") and not (line and sys.stdin.isatty()):
        click.echo()  # nobody has pressed Enter
    return asked


def _take(
    machine: Machine,
    moves: Sequence[Move],
    line: str,
    history: list[tuple[list[Any], Move]],
    claims: Sequence[ModelFunction],
) -> None:
    try:
        move = _meant(moves, line)
    except ModelError as error:
        click.echo("\n".join(map(one_line, str(error).split("\n"))))
        return
    before = list(machine.values)
    if _moved(machine, move, claims):
        history.append((before, move))
    else:
        click.echo(f"`{move[0].name}` is not enabled with these choices")


def _meant(moves: Sequence[Move], line: str) -> Move:
    number, *given = line.split()
    listed = {str(place): move for place, move in enumerate(moves, 1)}
    if number not in listed:
        raise ModelError(f"`{number}` is not a listed step", help="? lists the commands")
    step, choices = listed[number]
    new = dict(choices)
    for text in given:
        name, _, value = text.partition("=")
        choice = next((choice for choice in step.choices if choice.name == name), None)
        if choice is None:
            names = backquoted(each.name for each in step.choices)
            help = f"its choices are {names}" if names else "it has none"
            raise ModelError(f"`{step.name}` has no choice `{name}`", help=help)
        written: object = value
        if choice.type is bool:
            written = {"1": True, "0": False, "true": True, "false": False}.get(value.lower())
        known = chosen(choice, written)
        if known is None:
            options = backquoted(_text(option) for option in choice.values)
            raise ModelError(f"`{name}` cannot be `{value}`", help=f"one of {options}")
        new[name] = known
    return step, new


def _text(value: Any) -> str:
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(shown(value))


def _move_text(move: Move) -> str:
    choices = " ".join(f"{name}={_text(value)}" for name, value in move[1].items())
    return f"{click.style(move[0].name, bold=True)} {choices}".rstrip()


def _show_violations(
    machine: Machine, claims: Sequence[ModelFunction], when: str = ""
) -> list[ModelFunction]:
    """Report each claim that does not hold now."""
    failing = machine.failing(claims)
    for function in failing:
        click.echo(click.style(f"{when}{function.group} is violated: {function.name}", fg="red"))
    return failing


def _show_state(machine: Machine) -> None:
    for leaf, value in zip(machine.system.layout.leaves, machine.values, strict=True):
        if not leaf.constant:
            click.echo(f"        {leaf.path} = {_text(value)}")
