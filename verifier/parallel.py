"""Systems side by side on the cores there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from verifier.catalogue import Catalogue, Pair
from verifier.checking import Engine, Result, ToolFailure, check
from verifier.evidence.verdicts import Limits, Progress, Watch, silent
from verifier.language.errors import ModelError

ENGINES = ("auto", "pdr", "bmc", "kinduction")


def engine_named(name: str, jobs: int) -> Engine:
    """The engine of that name; `auto` may use as many processes as `jobs` says."""
    if name == "pdr":
        from verifier.engines.pdr import pdr

        return pdr
    if name == "bmc":
        from verifier.engines.bmc import bmc

        return bmc
    if name == "kinduction":
        from verifier.engines.kinduction import kinduction

        return kinduction
    from verifier.engines.auto import auto

    return partial(auto, jobs=jobs)


def check_all(
    catalogue: Catalogue,
    pairs: Sequence[Pair],
    engine: str,
    limits: Limits,
    jobs: int | None,
    watch: Watch,
    minimal: bool = False,
) -> Iterator[list[Result]]:
    """Each system's results, in the catalogue's order; one system alone gets all the cores."""
    jobs = jobs or os.cpu_count() or 1
    by_system: dict[str, list[str]] = {}
    for pair in pairs:
        by_system.setdefault(pair.system, []).append(pair.property)
    task = partial(_check, catalogue, engine, limits, minimal)
    if len(by_system) == 1 or jobs == 1:
        for name, groups in by_system.items():
            yield task(jobs, name, groups, watch)
        return
    yield from _side_by_side(task, by_system, jobs, watch)


def _side_by_side(
    task: Callable[[int, str, list[str]], list[Result]],
    by_system: Mapping[str, list[str]],
    jobs: int,
    watch: Watch,
) -> Iterator[list[Result]]:
    waiting = list(by_system)
    running: dict[Connection, _Worker] = {}
    finished: dict[str, list[Result]] = {}
    order = list(by_system)
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                job = partial(task, 1, name, by_system[name])
                worker = _Worker(name, by_system[name], job)
                running[worker.answers] = worker
            watch(Progress("checking", 0, ", ".join(worker.name for worker in running.values())))
            for connection in wait(list(running), timeout=0.2):
                assert isinstance(connection, Connection), "only connections are waited for"
                worker = running.pop(connection)
                finished[worker.name] = worker.results()
            while order and order[0] in finished:
                yield finished.pop(order.pop(0))
    finally:
        for worker in running.values():
            worker.process.terminate()


class _Worker:
    """A forked process that checks one system: it has the catalogue without importing it again."""

    def __init__(self, name: str, groups: Sequence[str], job: Callable[[], list[Result]]) -> None:
        self.name = name
        self.groups = groups
        context = get_context("fork")
        self.answers, answer = context.Pipe(duplex=False)
        self.process = context.Process(target=_answer, args=(job, answer))
        self.process.start()
        answer.close()

    def results(self) -> list[Result]:
        """What the process found; a process that died leaves its pairs unknown."""
        try:
            answer = self.answers.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode or 0
            if code >= 0:
                raise ToolFailure(f"the check of `{self.name}` ended with {code}") from None
            reason = f"its process was killed by signal {-code}"
            return [
                Result(self.name, group, "unknown", "none", 0, 0.0, None, reason)
                for group in self.groups
            ]
        self.process.join()
        if isinstance(answer, ModelError | ToolFailure):
            raise answer
        assert isinstance(answer, list), "a worker answers with results or an error"
        return answer


def _answer(job: Callable[[], list[Result]], answer: Connection) -> None:
    try:
        answer.send(job())
    except (ModelError, ToolFailure) as error:
        answer.send(error)
    except KeyboardInterrupt:
        answer.close()


def _check(
    catalogue: Catalogue,
    engine: str,
    limits: Limits,
    minimal: bool,
    jobs: int,
    name: str,
    groups: list[str],
    watch: Watch = silent,
) -> list[Result]:
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    how = engine_named(engine, jobs)
    return check(system, properties, groups, how, limits, watch, minimal)
