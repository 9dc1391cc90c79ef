"""What an engine is, and the one list of the engines that can be chosen by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from verifier.circuit.circuit import Circuit
from verifier.evidence.verdicts import Answer, Clause, Limits, Watch

Engine = Callable[[Circuit, Sequence[str], Limits, Watch], Mapping[str, Answer]]
"""Decides goals of a circuit as far as the limits allow."""

Query = Callable[[Circuit, Sequence[str]], Mapping[str, Answer]]
"""An engine with its limits."""


@dataclass(frozen=True)
class Listed:
    """An engine of the list: what it can answer, and how to get it.

    Modules are imported when an engine is used: a command that searches nothing loads no solver.
    """

    summary: str
    """What it searches for and with what, for `check --help`."""
    proves: bool
    """Whether it can answer that no execution of any length violates a goal."""
    configured: Callable[[int, Sequence[Clause]], Engine]
    """The engine for so many processes, with lemmas that a search for a proof may start with."""


def _auto(jobs: int, lemmas: Sequence[Clause]) -> Engine:
    from verifier.engines.portfolio import auto

    return partial(auto, jobs=jobs, lemmas=lemmas)


def _pdr(_: int, lemmas: Sequence[Clause]) -> Engine:
    from verifier.engines.pdr import pdr

    return partial(pdr, lemmas=lemmas)


def _bmc(_: int, __: Sequence[Clause]) -> Engine:
    from verifier.engines.bmc import bmc

    return bmc


def _bmc_z3(_: int, __: Sequence[Clause]) -> Engine:
    from verifier.engines.bmc_z3 import bmc_z3

    return bmc_z3


def _kinduction(_: int, __: Sequence[Clause]) -> Engine:
    from verifier.engines.kinduction import kinduction

    return kinduction


ENGINES = {
    "auto": Listed("bmc and pdr side by side, whichever decides first", True, _auto),
    "pdr": Listed("proofs by inductive invariants", True, _pdr),
    "bmc": Listed("shortest counterexamples, with Glucose", False, _bmc),
    "bmc-z3": Listed("the same with Z3, slower", False, _bmc_z3),
    "kinduction": Listed("proofs by k-induction, with Z3", True, _kinduction),
}
"""Commands, tests and help take the engines from here."""


def engine_named(name: str, jobs: int = 1, lemmas: Sequence[Clause] = ()) -> Engine:
    """The engine of that name; `auto` uses as many processes as `jobs` allows.

    A search for a proof starts with those of the lemmas that hold together.
    """
    return ENGINES[name].configured(jobs, lemmas)
