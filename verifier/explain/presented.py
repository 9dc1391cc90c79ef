"""What a system's presentation makes of a whole execution; without it, where it cannot be used."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec.structs import replace

from verifier.evidence.pictures import Picture
from verifier.evidence.traces import Running, Trace
from verifier.execution.machine import Machine, Move
from verifier.execution.presenter import Presenter
from verifier.language.presentation import Act, Sentence


def presented(
    trace: Trace,
    presenter: Presenter,
    before: Sequence[Any],
    moves: Sequence[Move],
    judged: Collection[str],
) -> Trace:
    """A trace with its picture, and the presentation's sentence about its violation.

    `before` is the state before the last move, `judged` what the claim reads that fails after it.
    """
    headline: Sentence = ()
    if trace.conjunct and moves:
        machine = Machine(presenter.system, before)
        taken = machine.move(moves[-1])
        assert taken is not None, "the step has been taken before"
        headline = presenter.headline(before, moves[-1], taken, machine.run, judged)
    picture = presenter.picture()
    if presenter.problem:
        return _unpresented(trace, presenter)
    return replace(trace, picture=picture, headline=headline)


def _unpresented(trace: Trace, presenter: Presenter) -> Trace:
    """The trace as one of a system without a presentation, and why it is shown so."""
    lanes = presenter.made.lanes
    plain: dict[str, Any] = {"level": "", "after": "", "running": Running()} if lanes else {}
    return replace(
        trace,
        steps=tuple(replace(stride, act=Act(), beliefs={}, **plain) for stride in trace.steps),
        running=Running() if lanes else trace.running,
        beliefs={},
        picture=Picture(problem=presenter.problem),
    )
