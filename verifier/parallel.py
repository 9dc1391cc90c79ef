"""Systems side by side on the cores there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Generic, TypeVar, cast

from verifier.catalogue import Catalogue, Pair
from verifier.checking import Engine, Result, decide
from verifier.engines.race import end_with
from verifier.evidence.verdicts import Clause, Limits, Progress, Watch, silent
from verifier.language.compiling import compile_system
from verifier.language.errors import ModelError
from verifier.proofs import ToolFailure
from verifier.starting import kept_lemmas

T = TypeVar("T")

ENGINES = ("auto", "pdr", "bmc", "kinduction")


def engine_named(name: str, jobs: int, lemmas: Sequence[Clause] = ()) -> Engine:
    """The engine of that name; `auto` may use as many processes as `jobs` says.

    A search for a proof starts with those of the lemmas that hold together.
    """
    if name == "pdr":
        from verifier.engines.pdr import pdr

        return partial(pdr, lemmas=lemmas)
    if name == "bmc":
        from verifier.engines.bmc import bmc

        return bmc
    if name == "kinduction":
        from verifier.engines.kinduction import kinduction

        return kinduction
    from verifier.engines.auto import auto

    return partial(auto, jobs=jobs, lemmas=lemmas)


def check_all(
    catalogue: Catalogue,
    pairs: Sequence[Pair],
    engine: str,
    limits: Limits,
    jobs: int | None,
    watch: Watch,
    minimal: bool = False,
    fresh: bool = False,
) -> Iterator[list[Result]]:
    """Each system's results, in the catalogue's order; one system alone gets all the cores."""
    jobs = jobs or os.cpu_count() or 1
    by_system: dict[str, list[str]] = {}
    for pair in pairs:
        by_system.setdefault(pair.system, []).append(pair.property)
    task = partial(check_one, catalogue, engine, limits, minimal, fresh)
    if len(by_system) == 1 or jobs == 1:
        for name, groups in by_system.items():
            yield task(jobs, name, groups, watch)
        return
    tasks = {name: partial(task, 1, name, groups) for name, groups in by_system.items()}
    for name, answer in side_by_side(tasks, jobs, watch):
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
    in_order: bool = True,
) -> Iterator[tuple[str, T | Lost]]:
    """The tasks' answers in their order, each from a process of its own, so many at a time.

    Without `in_order` each comes when it is there. A task that takes longer than `seconds` is
    stopped. Raises the ModelError or ToolFailure that a task ends with.
    """
    waiting, order = list(tasks), list(tasks)
    running: dict[Connection, Apart[T]] = {}
    finished: dict[str, T | Lost] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                worker = Apart(name, tasks[name])
                running[worker.answers] = worker
            watch(Progress("checking", 0, ", ".join(worker.name for worker in running.values())))
            for connection in wait(list(running), timeout=0.2):
                assert isinstance(connection, Connection), "only connections are waited for"
                worker = running.pop(connection)
                finished[worker.name] = worker.answer()
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


def within(seconds: float | None, name: str, task: Callable[[], T]) -> T | Lost:
    """The answer of a task in a process of its own, which ends in time whatever it does."""
    [(_, answer)] = side_by_side({name: task}, 1, silent, seconds)
    return answer


class Apart(Generic[T]):
    """A forked process for one task: it has the catalogue without importing it again."""

    def __init__(self, name: str, task: Callable[[], T]) -> None:
        self.name = name
        self.started = monotonic()
        context = get_context("fork")
        self.answers, answer = context.Pipe(duplex=False)
        self.process = context.Process(target=_answer, args=(task, answer, os.getpid()))
        self.process.start()
        answer.close()

    def answer(self) -> T | Lost:
        """What the process found."""
        try:
            answer = self.answers.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode or 0
            if code == 0:
                raise KeyboardInterrupt from None
            if code > 0:
                raise ToolFailure(f"the check of `{self.name}` ended with {code}") from None
            return Lost(f"its process was killed by signal {-code}")
        self.process.join()
        if isinstance(answer, ModelError | ToolFailure):
            raise answer
        return cast("T | Lost", answer)

    @property
    def is_ready(self) -> bool:
        """Whether there is an answer to have without waiting for it."""
        return self.answers.poll()

    def stopped(self, reason: str) -> Lost:
        """End the process."""
        self.process.kill()
        self.process.join()
        return Lost(reason)


def _answer(task: Callable[[], object], answer: Connection, parent: int) -> None:
    end_with(parent)
    try:
        answer.send(task())
    except (ModelError, ToolFailure) as error:
        answer.send(error)
    except MemoryError:
        answer.send(Lost("it ran out of memory"))
    except KeyboardInterrupt:
        answer.close()


def check_one(
    catalogue: Catalogue,
    engine: str,
    limits: Limits,
    minimal: bool,
    fresh: bool,
    jobs: int,
    name: str,
    groups: Sequence[str],
    watch: Watch = silent,
) -> list[Result]:
    """One system's results; unless `fresh`, proofs start with the lemmas that the project keeps."""
    watch(Progress("compile", 0, name))
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    compiled = compile_system(system, properties)
    lemmas = () if fresh else kept_lemmas(catalogue.root, compiled)
    how = engine_named(engine, jobs, lemmas)
    return decide(compiled, properties, groups, how, limits, watch, minimal)
