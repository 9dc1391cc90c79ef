"""Violations by recorded executions: plain Python takes their steps, which needs no search.

`--rewrite-golden` records them; where one violates nothing any more, and in `make campaigns`, PDR
searches as if there were none.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.verdicts import Violated
from verifier.execution.conversions import execution_along, execution_of_run, run_of
from verifier.execution.execution import Execution
from verifier.execution.machine import Move
from verifier.language import System
from verifier.language.functions import ModelFunction

FILE = Path(__file__).parent / "executions.json"
Search = Callable[[], tuple[TransitionSystem, Any]]
"""Compiles a system, and decides a goal."""
OPTIONS = {"searches": False, "records": False}


def configure(config: pytest.Config) -> None:
    """Whether recorded executions are passed over, and whether they are recorded."""
    OPTIONS["records"] = bool(config.getoption("--rewrite-golden"))
    OPTIONS["searches"] = OPTIONS["records"] or bool(config.getoption("--campaign"))


def steps_to(
    system: System, properties: Sequence[ModelFunction], goal: str, search: Search
) -> list[str] | None:
    """The steps of an execution that violates a goal; None where there is none."""
    test = os.environ["PYTEST_CURRENT_TEST"].removeprefix("tests/models/").removesuffix(" (call)")
    key = f"{test}: {system.name}/{goal}"
    written = _recorded().get(key)
    if written is not None and not OPTIONS["searches"]:
        run = Run(written["start"], tuple(written["moves"]))
        execution = execution_of_run(system, properties, run)
        if isinstance(execution, Execution) and isinstance(execution.violation(goal), str):
            return _names(execution.moves)
    compiled, verdict = search()
    if not isinstance(verdict, Violated):
        return None
    execution = execution_along(compiled, verdict.path)
    if OPTIONS["records"]:
        _record(key, run_of(execution))
    return _names(execution.moves)


def _names(moves: Sequence[Move]) -> list[str]:
    return [step.name for step, _ in moves]


@cache
def _recorded() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text())) if FILE.exists() else {}


def _record(key: str, run: Run) -> None:
    """Alone, so `--rewrite-golden` wants `-n 0`."""
    _recorded()[key] = {"start": run.start, "moves": run.moves}
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(_recorded().items())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
