"""A trace in parts: sent between processes, and put together without blocking the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from verifier.evidence.traces import Stride, Trace


def parts(trace: Trace) -> Iterator[bytes]:
    """The trace without its steps, then each step."""
    yield msgspec.msgpack.encode(msgspec.structs.replace(trace, steps=()))
    for stride in trace.steps:
        yield msgspec.msgpack.encode(stride)


class Joining:
    """Parts put together again: `trace` is whole once all is gone through."""

    def __init__(self, given: Sequence[bytes]) -> None:
        self.given = given
        self.trace = msgspec.msgpack.decode(given[0], type=Trace)

    def __iter__(self) -> Iterator[None]:
        steps = []
        for part in self.given[1:]:
            steps.append(msgspec.msgpack.decode(part, type=Stride))
            yield
        self.trace = msgspec.structs.replace(self.trace, steps=tuple(steps))
