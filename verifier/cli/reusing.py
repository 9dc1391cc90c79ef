"""Circuits for a command, and why they are not reused, reported once."""

from __future__ import annotations

from verifier.cli.errors import warn
from verifier.language.plain_values import plural
from verifier.project.catalogue import Catalogue
from verifier.project.circuit_cache import IN_ORDER, Circuits
from verifier.project.result_cache import Cache

HELP = (
    "circuits are reused where models and properties import only verifier.language, each other, "
    "and enum, dataclasses, typing, collections.abc, functools, itertools, operator, "
    "and name nothing that reaches further"
)


def circuits_of(catalogue: Catalogue, cache: Cache) -> Circuits:
    """The circuits of a catalogue; a warning where none is reused."""
    circuits = Circuits(catalogue, cache)
    if circuits.reasons:
        first, *others = circuits.reasons
        more = f", and {plural(len(others), 'more reason')}" if others else ""
        what = f"no circuit is reused: module `{first.module}` {first.what}{more}"
        warn(what, first.place, HELP)
    elif circuits.unsteady:
        why = circuits.unsteady
        what = f"verdicts may differ from run to run: module `{why.module}` {why.what}"
        warn(what, why.place, IN_ORDER)
    elif circuits.varies:
        warn(
            "verdicts may differ from run to run: models and properties hold something else "
            "than before, though their text is the same",
            help="define nothing from an address, the time, a random number or the order of a set",
        )
    elif circuits.complaint:
        warn(f"no circuit is reused: {circuits.complaint}")
    return circuits


class Reuse:
    """The circuits of a catalogue, with one warning however often they are asked for."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self._circuits: Circuits | None = None

    def __call__(self, catalogue: Catalogue) -> Circuits:
        if self._circuits is None or self._circuits.catalogue is not catalogue:
            self._circuits = circuits_of(catalogue, self.cache)
        return self._circuits
