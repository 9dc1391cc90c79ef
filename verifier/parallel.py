"""Systems side by side on the cores there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Generic, TypeVar, cast

from verifier.catalogue import Catalogue, Pair
from verifier.checking import Result, decide, ill_formed
from verifier.compiler.compile import compile_compared
from verifier.engines.contract import engine_named
from verifier.engines.race import deaf_to_ctrl_c, end_with
from verifier.evidence.replay import ASSERTIONS
from verifier.evidence.verdicts import Limits, Progress, Watch, silent
from verifier.language.compiled import Compiled
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.system import System
from verifier.proofs import ToolFailure
from verifier.starting import kept_lemmas

T = TypeVar("T")

Compile = Callable[[System, Sequence[ModelFunction]], Compiled]
"""Where a system's circuit comes from."""


def check_all(
    catalogue: Catalogue,
    pairs: Sequence[Pair],
    engine: str,
    limits: Limits,
    jobs: int | None,
    watch: Watch,
    minimal: bool = False,
    fresh: bool = False,
    compiled_by: Compile = compile_compared,
    keep: Callable[[Result], object] = lambda _: None,
) -> Iterator[list[Result]]:
    """Each system's results, in the catalogue's order; one system alone gets all the cores.

    Who wants to `keep` a result gets it as soon as it is there, in the process that has found it.
    """
    jobs = jobs or os.cpu_count() or 1
    by_system: dict[str, list[str]] = {}
    for pair in pairs:
        by_system.setdefault(pair.system, []).append(pair.property)
    task = partial(check_one, catalogue, compiled_by, engine, limits, minimal, fresh, keep=keep)
    if len(by_system) == 1 or jobs == 1:
        for name, groups in by_system.items():
            yield task(jobs, name, groups, watch)
        return
    tasks = {name: partial(task, 1, name, groups) for name, groups in by_system.items()}
    for name, answer in side_by_side(tasks, jobs, watch, shared=limits.memory is None):
        if isinstance(answer, Lost):
            yield [
                Result(name, group, "unknown", "none", 0, 0.0, None, answer.reason)
                for group in by_system[name]
            ]
        else:
            yield answer


@dataclass(frozen=True)
class Lost:
    """A task whose process died, ran out of memory, or was stopped; and which of them."""

    reason: str


def side_by_side(
    tasks: Mapping[str, Callable[[], T]],
    jobs: int,
    watch: Watch = silent,
    seconds: float | None = None,
    shared: bool = False,
    in_order: bool = True,
) -> Generator[tuple[str, T | Lost], None, None]:
    """The tasks' answers in their order, each from a process of its own, so many at a time.

    With `shared`, for tasks that leave a process as they found it, one that was done soon goes on
    with another. Without `in_order` each answer comes when it is there. A task that takes longer
    than `seconds` is stopped. Raises the ModelError or ToolFailure that a task ends with.
    """
    waiting, order = list(tasks), list(tasks)
    running: dict[Connection, Apart[T]] = {}
    idle: list[Apart[T]] = []
    finished: dict[str, T | Lost] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                worker = idle.pop() if idle else Apart(tasks)
                worker.begin(waiting.pop(0))
                running[worker.answers] = worker
            watch(Progress("checking", 0, ", ".join(worker.name for worker in running.values())))
            for connection in wait(list(running), timeout=0.2):
                assert isinstance(connection, Connection), "only connections are waited for"
                worker = running.pop(connection)
                finished[worker.name] = worker.answer()
                if shared and worker.is_fresh:
                    idle.append(worker)
                else:
                    worker.end()
            for connection, worker in list(running.items()):
                if seconds is not None and monotonic() - worker.started > seconds:
                    del running[connection]
                    finished[worker.name] = worker.stopped(f"stopped after {seconds:g} s")
            while ready := [name for name in order[: 1 if in_order else None] if name in finished]:
                order.remove(ready[0])
                yield ready[0], finished.pop(ready[0])
    finally:
        for worker in running.values():
            worker.process.terminate()
        for worker in idle:
            worker.end()


def within(
    seconds: float | None, name: str, task: Callable[[], T], watch: Watch = silent
) -> T | Lost:
    """The answer of a task in a process of its own, which ends in time whatever it does."""
    [(_, answer)] = side_by_side({name: task}, 1, watch, seconds)
    return answer


SOON = 1.0
"""Seconds of work after which a process may have grown too large for another task."""


class Apart(Generic[T]):
    """A forked process for one task at a time: it has the catalogue without importing it again."""

    def __init__(self, tasks: Mapping[str, Callable[[], T]]) -> None:
        self.name = ""
        self.started = monotonic()
        self.is_fresh = True
        context = get_context("fork")
        self.answers, answer = context.Pipe(duplex=False)
        asked, self._ask = context.Pipe(duplex=False)
        self.process = context.Process(target=_answer, args=(tasks, asked, answer, os.getpid()))
        with deaf_to_ctrl_c():
            self.process.start()
        answer.close()
        asked.close()

    def begin(self, name: str) -> None:
        """Start a task."""
        self.name, self.started = name, monotonic()
        with suppress(BrokenPipeError):  # the process is gone, as its answer will show
            self._ask.send(name)

    def answer(self) -> T | Lost:
        """What the process found."""
        self.is_fresh = self.is_fresh and monotonic() - self.started < SOON
        try:
            answer = self.answers.recv()
        except EOFError:
            self.process.join()
            self.is_fresh = False
            code = self.process.exitcode or 0
            if code >= 0:
                raise ToolFailure(f"the check of `{self.name}` ended with {code}") from None
            return Lost(f"its process was killed by signal {-code}")
        if isinstance(answer, Lost):
            self.is_fresh = False
        if isinstance(answer, ModelError | ToolFailure):
            self.end()
            raise answer
        return cast("T | Lost", answer)

    @property
    def is_ready(self) -> bool:
        """Whether there is an answer to have without waiting for it."""
        return self.answers.poll()

    def end(self) -> None:
        """Let the process go: there is no other task."""
        with suppress(BrokenPipeError):
            self._ask.send(None)
        self.process.join()

    def stopped(self, reason: str) -> Lost:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()
        return Lost(reason)


def _answer(
    tasks: Mapping[str, Callable[[], object]], asked: Connection, answer: Connection, parent: int
) -> None:
    end_with(parent)
    while (name := asked.recv()) is not None:
        answer.send(_result(tasks[name]))


def _result(task: Callable[[], object]) -> object:
    try:
        return task()
    except (ModelError, ToolFailure) as error:
        return error
    except MemoryError:
        return Lost("it ran out of memory")


def check_one(
    catalogue: Catalogue,
    compiled_by: Compile,
    engine: str,
    limits: Limits,
    minimal: bool,
    fresh: bool,
    jobs: int,
    name: str,
    groups: Sequence[str],
    watch: Watch = silent,
    keep: Callable[[Result], object] = lambda _: None,
) -> list[Result]:
    """One system's results; unless `fresh`, proofs start with the lemmas that the project keeps.

    Who asks for all of a system's pairs gets its models' assertions, too. A system that is
    ill-formed has results that say so, and the other systems are not concerned.
    """
    watch(Progress("compile", 0, name))
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    try:
        compiled = compiled_by(system, properties)
    except ModelError as error:
        return ill_formed(name, groups, error)
    lemmas = () if fresh else kept_lemmas(catalogue.root, compiled)
    how = engine_named(engine, jobs, lemmas)
    listed = {pair.property for pair in catalogue.pairs_of(system)}
    if ASSERTIONS in compiled.circuit.bad and set(groups) == listed:
        groups = list(dict.fromkeys([*groups, ASSERTIONS]))
    results = decide(compiled, properties, groups, how, limits, watch, minimal)
    for result in results:
        keep(result)
    return results
