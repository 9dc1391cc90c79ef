"""The model language: everything that a model or a property imports."""

from verifier.language.citations import Manual
from verifier.language.errors import ModelError
from verifier.language.functions import (
    abstracts,
    always,
    assume,
    manual,
    models,
    observer,
    sometimes,
    step,
)
from verifier.language.record_classes import event, ghost, record
from verifier.language.records import Family, snapshot
from verifier.language.system import System

__all__ = [
    "Family",
    "Manual",
    "ModelError",
    "System",
    "abstracts",
    "always",
    "assume",
    "event",
    "ghost",
    "manual",
    "models",
    "observer",
    "record",
    "snapshot",
    "sometimes",
    "step",
]
