"""Opens the interactive screen on a trace or a system."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from verifier.audit.trace_replay import misfit, moves_of, start_of
from verifier.cli.errors import say
from verifier.compiler.compile import compile_compared
from verifier.compiler.compiled import Compiled
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import fails_alike
from verifier.execution.machine import Move, Stopped
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.system import System
from verifier.processes.signals import INTERRUPTED
from verifier.project.catalogue import Catalogue, load, project_root
from verifier.project.findings import finding_of
from verifier.viewer.watch_expressions import Watch

if TYPE_CHECKING:
    from verifier.explain.session import Exploration

Compile = Callable[[System, tuple[ModelFunction, ...]], Compiled]

SETTLED = Limits(seconds=5.0)
"""What finding the step that settles a violation may take."""


def interactive() -> bool:
    """Whether a person sits at a terminal that can draw."""
    dumb = os.environ.get("TERM") == "dumb"
    return sys.stdin.isatty() and sys.stdout.isatty() and not dumb


def session_of(trace: Trace, catalogue: Catalogue | None) -> Exploration | None:
    """The trace as an execution of the system that is here; None where it is none of it."""
    from verifier.explain.session import Exploration

    try:
        catalogue = catalogue or load(project_root(Path.cwd()))
    except ModelError:
        return None
    system = catalogue.systems.get(trace.system)
    if system is None:
        return None
    properties = catalogue.properties_of(system)
    start, moves = start_of(system, trace), moves_of(system, trace)
    if isinstance(start, str) or isinstance(moves, Stopped):
        return None
    if (trace.conjunct or trace.case) and misfit(system, properties, trace) is not None:
        return None
    return Exploration(system, properties, start, moves, trace)


def placed(
    trace: Trace,
    session: Exploration | None,
    catalogue: Catalogue | None,
    compiled_by: Compile = compile_compared,
) -> Trace:
    """The trace with what the models that are here tell about it.

    That is the step that settles its violation, the other systems in which it occurs, and the
    project's page about it.
    """
    if session is None or not trace.conjunct:
        return trace
    catalogue = catalogue or load(project_root(Path.cwd()))
    return msgspec.structs.replace(
        _foreseen(trace, session, compiled_by),
        also_in=_systems_alike(trace, catalogue),
        finding=finding_of(catalogue.root, f"{trace.system}/{trace.property}"),
    )


def _systems_alike(trace: Trace, catalogue: Catalogue) -> tuple[str, ...]:
    """The other systems in which the same steps lead to the same violation."""
    return tuple(
        name
        for name, system in catalogue.systems.items()
        if name != trace.system and fails_alike(system, catalogue.properties_of(system), trace)
    )


def _foreseen(trace: Trace, session: Exploration, compiled_by: Compile) -> Trace:
    if trace.doomed:
        return trace
    from verifier.explain.point_of_no_return import doomed_after

    compiled = compiled_by(session.system, tuple(session.properties))
    moves = moves_of(session.system, trace)
    if trace.property not in compiled.circuit.bad or isinstance(moves, Stopped):
        return trace
    doomed = doomed_after(compiled, trace, session.start, moves, SETTLED)
    return msgspec.structs.replace(trace, doomed=doomed)


def open_trace(
    trace: Trace,
    session: Exploration | None,
    catalogue: Catalogue | None,
    watches: Sequence[Watch] = (),
    explores: bool = False,
) -> None:
    """Show a trace on the screen."""
    from verifier.cli.background import Background
    from verifier.viewer.screen.app import Screen
    from verifier.viewer.screen.tasks import finish

    if session is None:
        screen = Screen(trace, None, watches)
    else:
        background = Background(session, catalogue or load(project_root(Path.cwd())))
        screen = Screen(trace, session, watches, background, explores)
    screen.run()
    if screen.return_code == INTERRUPTED:
        raise KeyboardInterrupt
    for lost in finish():
        say("error", f"the execution was not saved: {lost}")


def open_system(
    catalogue: Catalogue, system: System, start: Sequence[Any], moves: Sequence[Move]
) -> None:
    """Explore a system on the screen, with the steps that can be taken after some others."""
    from verifier.explain.session import Exploration

    session = Exploration(system, catalogue.properties_of(system), start, moves)
    open_trace(session.now.trace, session, catalogue, explores=True)
