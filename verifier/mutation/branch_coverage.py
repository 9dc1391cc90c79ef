"""Branches of model functions that no execution takes, with the proof that none does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from types import CodeType
from typing import Literal

from verifier.circuit.aig import FALSE, TRUE
from verifier.circuit.circuit import Circuit
from verifier.compiler.compile import compile_compared
from verifier.compiler.step_exploration import Start, explore_steps
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_steps, compile_system
from verifier.engines.pdr import pdr
from verifier.engines.random_simulation import simulation
from verifier.evidence.certificates import Certificate, certificate_of
from verifier.evidence.verdicts import Answer, Limits, Proved, Violated, Watch, silent
from verifier.execution.conversions import execution_along
from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.execution.random_walk import random_choices
from verifier.language.errors import ModelError, within_project
from verifier.language.goals import is_step
from verifier.language.system import System
from verifier.mutation.functions_run import (
    RunFunction,
    definition,
    functions_of,
    is_below,
    is_defined,
    lines_of,
    lines_run,
    module_of,
    recompiled,
    unfound,
)
from verifier.processes.pool import side_by_side
from verifier.processes.worker import Lost

WALKS, STEPS = 60, 40
"""Random executions that are followed line by line."""
SEARCH = Limits(seconds=20.0)
LONGEST = 120.0
MARK = "a branch that is looked for"

Status = Literal["taken", "unreachable", "not known"]


@dataclass(frozen=True)
class CoveredBranch:
    """One way to go on at a condition: the lines that it runs."""

    file: str
    function: str
    line: int
    test: str
    holds: bool
    first: int
    """The first line that runs only on this branch; 0 where there is none."""

    def __str__(self) -> str:
        way = "" if self.holds else "not "
        return f"{within_project(self.file)}:{self.line} in {self.function}: {way}`{self.test}`"


@dataclass(frozen=True)
class BranchCoverage:
    """What is known of a branch; `proof` says why it is unreachable."""

    branch: CoveredBranch
    status: Status
    proof: Certificate | None = None


def coverage(
    system: System, jobs: int, watch: Watch = silent, under: str = ""
) -> Iterator[BranchCoverage]:
    """Every branch of the functions that a system runs: random executions, then a search.

    Of functions in files below a folder, where one is given.
    """
    compiled = compile_compared(system, ())
    ran = lines_run(lambda: compile_system(system, ()))
    walked = _walked(compiled)
    tasks: dict[str, Callable[[], BranchCoverage]] = {}
    branches: dict[str, CoveredBranch] = {}
    for code in (each for each in unfound(ran) if is_below(each, under)):
        for number, branch in enumerate(_branches(code)):
            branches[f"{branch} {number}"] = branch
            tasks[f"{branch} {number}"] = partial(BranchCoverage, branch, "not known")
    for function in (each for each in functions_of(ran) if each.is_below(under)):
        lines = function.lines(walked)
        for number, branch in enumerate(_branches(function.code)):
            name = f"{branch} {number}"
            branches[name] = branch
            if branch.first in lines:
                tasks[name] = partial(BranchCoverage, branch, "taken")
            else:
                tasks[name] = partial(_searched, compiled, function, branch, number)
    for name, answer in side_by_side(tasks, jobs, watch, LONGEST):
        yield BranchCoverage(branches[name], "not known") if isinstance(answer, Lost) else answer


def _walked(compiled: TransitionSystem) -> dict[CodeType, set[int]]:
    """The lines that steps run in random executions on plain values."""
    found: dict[CodeType, set[int]] = {}
    for machine, moves in _walks(compiled):
        for move in moves:
            with lines_of() as ran:
                taken = machine.move(move)
            if taken is None:
                continue  # an attempt, which changes nothing
            for code, lines in ran.items():
                found.setdefault(code, set()).update(lines)
            if taken.failed is not None:
                break
    return found


def _walks(compiled: TransitionSystem) -> Iterator[tuple[Machine, Iterable[Move]]]:
    """Random executions, and one to each step that these have not taken."""
    system, random = compiled.system, Random(0)
    for _ in range(WALKS):
        moves = (random_choices(random.choice(system.actions), random) for _ in range(STEPS))
        yield Machine(system), moves
    goals = [goal for goal in compiled.circuit.bad if is_step(goal)]
    for found in simulation(compiled.circuit, goals).values():
        execution = execution_along(compiled, found.path)
        yield Machine(system, execution.start), execution.moves[:100]


def _branches(code: CodeType) -> list[CoveredBranch]:
    found: list[CoveredBranch] = []
    if not is_defined(code):
        return found
    for where, test, holds, block in _blocks(definition(module_of(code), code)):
        inline = not block or block[0].lineno == where.end_lineno
        first = 0 if inline else block[0].lineno
        place = (code.co_filename, code.co_name, where.lineno, test)
        found.append(CoveredBranch(*place, holds, first))
    return found


def _blocks(
    function: ast.FunctionDef,
) -> Iterator[tuple[ast.expr | ast.pattern, str, bool, list[ast.stmt]]]:
    """The statements on both ways at each `if`, and of each `case`, with what decides."""
    for node in ast.walk(function):
        if isinstance(node, ast.If):
            yield node.test, ast.unparse(node.test), True, node.body
            yield node.test, ast.unparse(node.test), False, node.orelse
        elif isinstance(node, ast.match_case):
            guard = f" if {ast.unparse(node.guard)}" if node.guard else ""
            text = f"case {ast.unparse(node.pattern)}{guard}"
            yield node.pattern, text, True, node.body


def _searched(
    compiled: TransitionSystem, function: RunFunction, branch: CoveredBranch, number: int
) -> BranchCoverage:
    """See whether an execution takes a step that goes through the branch."""
    function.replace(_marked(function.code, number))
    try:
        other = _failing_at_mark(compiled.system)
    except ModelError:
        return BranchCoverage(branch, "not known")
    if other.circuit.bad[ASSERTIONS] == FALSE:
        return BranchCoverage(branch, "unreachable")
    verdict = _decided(_passing(compiled.circuit, other.circuit))
    if isinstance(verdict, Proved):
        return BranchCoverage(branch, "unreachable", certificate_of(compiled, MARK, verdict))
    if isinstance(verdict, Violated) and execution_along(other, verdict.path).failed == MARK:
        return BranchCoverage(branch, "taken")
    return BranchCoverage(branch, "not known")


def _failing_at_mark(system: System) -> TransitionSystem:
    """A system in which no assertion but the mark counts as failing."""
    start = Start(system)
    steps = [
        replace(step, outcome=replace(step.outcome, failures={MARK: failed}))
        for step in explore_steps(start)
        for failed in [step.outcome.failures.get(MARK, FALSE)]
    ]
    return compile_steps(start, steps, ())


def _decided(circuit: Circuit) -> Answer:
    found: Mapping[str, Answer] = simulation(circuit, [MARK])
    return (found or pdr(circuit, [MARK], SEARCH))[MARK]


def _passing(whole: Circuit, marked: Circuit) -> Circuit:
    """A system in which it is bad that a step is taken, or fails, which reaches the mark.

    Until that happens for the first time, both do the same. What only steps through the mark change
    has no latch in the marked one; what never changes may have one there alone.
    """
    literal = {latch.name: TRUE if latch.reset else FALSE for latch in marked.latches}
    literal |= {latch.name: latch.literal for latch in whole.latches}
    literal |= {each.name: each.literal for each in whole.inputs}
    image = {each.literal: literal[each.name] for each in marked.latches}
    image |= {each.literal: literal[each.name] for each in marked.inputs}
    [fails] = marked.graph.copy_into(whole.graph, [marked.bad[ASSERTIONS]], image)
    ends = [bad for goal, bad in whole.bad.items() if is_step(goal) or goal == ASSERTIONS]
    return replace(whole, bad={MARK: whole.graph.both(fails, whole.graph.any(ends))})


def _marked(code: CodeType, number: int) -> CodeType:
    tree = module_of(code)
    function = definition(tree, code)
    _, _, _, block = [*_blocks(function)][number]
    near = block[0] if block else function.body[0]
    mark = ast.Assert(ast.Constant(False), ast.Constant(MARK))
    block.insert(0, ast.copy_location(mark, near))
    return recompiled(tree, code)
