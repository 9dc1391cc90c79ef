"""Recorded outcomes against predicted ones: which fields differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.lab.outcomes import Outcome, Reported
from verifier.lab.prediction import Prediction


@dataclass(frozen=True)
class Difference:
    """A field of an act's outcome: what the model predicts and what the machine has done."""

    act: int
    field: str
    predicted: Any
    actual: Any


def differences(prediction: Prediction, reported: Sequence[Reported]) -> list[Difference]:
    """What a program's outcome has that the model does not predict."""
    runs = [each for each in reported if isinstance(each, Outcome)]
    return [
        Difference(number, name, value, actual)
        for number, (predicted, outcome) in enumerate(zip(prediction.acts, runs, strict=True))
        for name, value, actual in _compared(predicted, outcome)
        if value != actual
    ]


def _compared(predicted: dict[str, Any], outcome: Outcome) -> Iterator[tuple[str, Any, Any]]:
    for name, value in predicted.items():
        if name == "injects":
            yield name, value, bool(outcome.entry_interruption >> 31)
        else:
            yield name, value, getattr(outcome, name)
