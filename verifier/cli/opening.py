"""Opens the interactive screen on a trace or a system."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verifier.audit.trace_replay import replayed
from verifier.cli.errors import print_message
from verifier.evidence.traces import Trace
from verifier.execution.conversions import execution_of_trace
from verifier.execution.execution import Execution, Stopped
from verifier.processes.signals import INTERRUPTED
from verifier.project.catalogue import Catalogue
from verifier.viewer.watch_expressions import Watch

if TYPE_CHECKING:
    from verifier.explain.session import Exploration


def interactive() -> bool:
    """Whether stdin and stdout are a terminal that can draw."""
    dumb = os.environ.get("TERM") == "dumb"
    return sys.stdin.isatty() and sys.stdout.isatty() and not dumb


def session_of(trace: Trace, catalogue: Catalogue) -> Exploration | None:
    """The trace as an execution of the system that is here; None where it is none of it."""
    from verifier.explain.session import Exploration

    system = catalogue.systems.get(trace.system)
    if system is None:
        return None
    properties = catalogue.properties_of(system)
    claims = trace.conjunct or trace.case
    execution = (replayed if claims else execution_of_trace)(system, properties, trace)
    return None if isinstance(execution, Stopped) else Exploration(execution, trace, catalogue)


def open_trace(
    trace: Trace, session: Exploration | None, watches: Sequence[Watch] = (), explores: bool = False
) -> None:
    """Show a trace on the screen."""
    from verifier.viewer.screen.app import Screen
    from verifier.viewer.screen.tasks import finish

    screen = Screen(trace, session, watches, explores)
    screen.run()
    if screen.return_code == INTERRUPTED:
        raise KeyboardInterrupt
    for lost in finish():
        print_message("error", f"the execution was not saved: {lost}")


def open_system(catalogue: Catalogue, execution: Execution) -> None:
    """Explore a system on the screen, with the steps that can be taken after some others."""
    from verifier.explain.session import Exploration

    session = Exploration(execution, catalogue=catalogue)
    open_trace(session.now.trace, session, explores=True)
