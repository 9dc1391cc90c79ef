"""Searches side by side, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from verifier.evidence.verdicts import Answer, Bounded, Progress
from verifier.processes.pool import messages
from verifier.processes.worker import Lost


@dataclass(frozen=True)
class Report:
    """What a search reports on its way: progress, verdicts, lemmas, or why its process ended."""

    progress: Progress | None = None
    verdicts: Mapping[str, Answer] = field(default_factory=dict)
    failure: str | None = None
    learnt: Sequence[Bounded] = ()


HEARTBEAT = 1.0
"""Seconds without a report after which there is an empty one."""

Send = Callable[[Report], None]
Contender = Callable[[Send], None]


def race(contenders: Mapping[str, Contender]) -> Generator[Report]:
    """The reports of all contenders as they come, until all have ended.

    Their processes end when the caller closes this, is interrupted, or dies. Raises NoProcess
    where they cannot run side by side.
    """
    with closing(messages(contenders, HEARTBEAT)) as heard:
        for message in heard:
            if message is None:
                yield Report()
            elif isinstance(message[1], Lost):
                yield Report(failure=f"{message[0]}: {message[1].reason}")
            else:
                yield message[1]
