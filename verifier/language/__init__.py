"""The model language: everything that a model or a property imports."""

from verifier.language.assuming import assume
from verifier.language.citations import Manual
from verifier.language.decorators import (
    abstracts,
    always,
    manual,
    models,
    observer,
    sometimes,
    step,
)
from verifier.language.errors import ModelError
from verifier.language.moments import Difference, Fields, Moment
from verifier.language.named_fields import Each
from verifier.language.presentation import (
    Act,
    Belief,
    Beliefs,
    Causes,
    Compared,
    Flags,
    Hands,
    Lane,
    Lanes,
    Presentation,
    Promise,
    Seen,
    Sentence,
    Table,
    good,
    wrong,
)
from verifier.language.record_classes import event, ghost, record
from verifier.language.records import Family, snapshot
from verifier.language.system import System

__all__ = [
    "Act",
    "Belief",
    "Beliefs",
    "Causes",
    "Compared",
    "Difference",
    "Each",
    "Family",
    "Fields",
    "Flags",
    "Hands",
    "Lane",
    "Lanes",
    "Manual",
    "ModelError",
    "Moment",
    "Presentation",
    "Promise",
    "Seen",
    "Sentence",
    "System",
    "Table",
    "abstracts",
    "always",
    "assume",
    "event",
    "ghost",
    "good",
    "manual",
    "models",
    "observer",
    "record",
    "snapshot",
    "sometimes",
    "step",
    "wrong",
]
