"""A signal at every point of the pool, one after the other: prints where something is left.

With `--all` at each time that a point is passed, else at the first and the last.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from types import FrameType
from typing import Any

import verifier.processes
from verifier.evidence.verdicts import silent
from verifier.processes import lifetime, signals
from verifier.processes.pool import apart, messages, side_by_side
from verifier.processes.worker import Send

PART = os.path.dirname(verifier.processes.__file__)
EVENTS = ("line", "call", "return")


def linger() -> int:
    time.sleep(60)
    return 0


def shared() -> None:
    """Workers that go on with another task, one that dies, and one that is left."""
    tasks = {**dict.fromkeys("abc", os.getpid), "d": lambda: os.kill(os.getpid(), 9), "e": linger}
    with closing(side_by_side(tasks, 2, shared=True, in_order=False)) as answers:
        for name, _ in answers:
            if name == "d":
                return


def late() -> None:
    """Tasks that time out."""
    for _ in side_by_side({"a": linger, "b": os.getpid}, 2, seconds=0.01):
        pass


def race() -> None:
    """Tasks that report, one of which is left."""

    def reports(send: Send) -> None:
        send(1)
        linger()

    with closing(messages({"a": reports, "b": reports}, 5.0)) as heard:
        for _ in heard:
            return


def alone() -> None:
    """A task with progress."""
    apart("it", lambda _: os.getpid(), silent)


SCENARIOS: tuple[Callable[[], None], ...] = (shared, late, race, alone)


class At:
    """Sends a signal to this process at the n-th event in the code of the pool."""

    def __init__(self, number: int, kind: signal.Signals) -> None:
        self.left = number
        self.kind = kind
        self.process = os.getpid()
        self.places: list[str] = []

    def __call__(self, frame: FrameType, event: str, _: Any) -> At | None:
        if not frame.f_code.co_filename.startswith(PART) or os.getpid() != self.process:
            return None
        if event in EVENTS:
            self.left -= 1
            name = os.path.basename(frame.f_code.co_filename)
            self.places.append(f"{name}:{frame.f_lineno} {event}")
            if self.left == 0:
                os.kill(self.process, self.kind)
        return self


def children() -> list[str]:
    return [
        child
        for task in os.listdir("/proc/self/task")
        for child in open(f"/proc/self/task/{task}/children").read().split()
    ]


def injected(scenario: Callable[[], None], number: int, kind: signal.Signals) -> tuple[str, bool]:
    """What is wrong after a signal at a point, and whether there is such a point."""
    signals.listen()
    signals.release()
    before = len(os.listdir("/proc/self/fd"))
    trace = At(number, kind)
    raised = False
    sys.settrace(trace)
    try:
        scenario()
    except KeyboardInterrupt:
        raised = True
    finally:
        sys.settrace(None)
    if trace.left > 0:
        return "", False
    wrong = []
    if raised:
        lifetime.end_all()
    if children():
        wrong.append("a process is left")
        lifetime.end_all()
    if len(os.listdir("/proc/self/fd")) != before:
        wrong.append("a descriptor is left")
    if signals.came() != 128 + kind:
        wrong.append("the signal is lost")
    elif not raised:
        try:
            with signals.shielded():
                pass
            wrong.append("the signal would not be raised any more")
        except KeyboardInterrupt:
            pass
    return f"{scenario.__name__} at {trace.places[-1]}: {', '.join(wrong)}" if wrong else "", True


def points(scenario: Callable[[], None], seen: set[str]) -> Iterator[int]:
    """When each point of the pool that no other scenario has is passed first and last."""
    trace = At(sys.maxsize, signal.SIGINT)
    sys.settrace(trace)
    try:
        scenario()
    finally:
        sys.settrace(None)
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, place in enumerate(trace.places, 1):
        if place not in seen:
            first.setdefault(place, number)
            last[place] = number
    seen.update(last)
    yield from sorted({*first.values(), *last.values()})


def main() -> None:
    """Exit code 1 where something is wrong."""
    faults, passed, seen = [], 0, set[str]()
    for scenario in SCENARIOS:
        for number in count(1) if "--all" in sys.argv else points(scenario, seen):
            kind = (signal.SIGINT, signal.SIGTERM)[number % 2]
            fault, there = injected(scenario, number, kind)
            passed += there
            faults += [fault] if fault else []
            if not there and "--all" in sys.argv:
                break
    print(f"{passed} points, {len(faults)} faults", *faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
