"""Expressions that `show` is to follow: refused where they ask for what there is not."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.cli.errors import backquoted
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution
from verifier.explain.counterexample import logged
from verifier.language.errors import ModelError
from verifier.language.system import System
from verifier.viewer.trace_index import Reading
from verifier.viewer.watch_expressions import Watch, WrongWatch, watch

WATCH = "an expression over fields, such as `cpu.ts and owner == Task.B`"
SOME = 5
"""Of the fields of a system so many are named."""


def parsed(texts: Iterable[str]) -> list[Watch]:
    """The expressions; ModelError where one is none."""
    try:
        return [watch(text) for text in texts]
    except WrongWatch as wrong:
        raise ModelError(f"`--watch`: {wrong.reason}", help=wrong.help or WATCH) from None


def require_fields(trace: Trace, watches: Iterable[Watch]) -> None:
    """Refuse expressions over unknown fields, which takes an execution to find out."""
    reading = Reading(trace)
    for each in watches:
        try:
            each.require(reading.state(0), trace.enums)
        except WrongWatch as wrong:
            known = f"fields are {backquoted(reading.fields[:SOME])}"
            help = wrong.help or known + ", ..." * (len(reading.fields) > SOME)
            raise ModelError(f"`--watch`: {wrong.reason}", help=help) from None


def require(system: System, watches: Iterable[Watch]) -> None:
    """The same before anything is searched."""
    require_fields(logged(Execution.at_start(system)), watches)
