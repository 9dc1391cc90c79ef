"""Recorded outcomes against predicted ones: which fields differ."""

from __future__ import annotations

from collections.abc import Sequence
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
    return [
        Difference(number, name, value, actual)
        for number, (predicted, outcome) in enumerate(
            zip(prediction.acts, runs(reported), strict=True)
        )
        for name, value in predicted.items()
        if not _agrees(value, actual := actual_of(outcome, name))
    ]


def _agrees(predicted: Any, actual: Any) -> bool:
    """Whether it is what is predicted; of results None is anything."""
    if isinstance(predicted, tuple) and None in predicted:
        return all(one in (None, other) for one, other in zip(predicted, actual, strict=True))
    return bool(predicted == actual)


def runs(reported: Sequence[Reported]) -> list[Outcome]:
    """The outcomes of the acts that have run code."""
    return [each for each in reported if isinstance(each, Outcome)]


def actual_of(outcome: Outcome, name: str) -> Any:
    """A field of an outcome by the name that predictions have for it."""
    return bool(outcome.entry_interruption >> 31) if name == "injects" else getattr(outcome, name)
