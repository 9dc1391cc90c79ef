"""The one list of the formats in which systems are exported, with what the command must know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifier.circuit.circuit import Circuit
from verifier.formats.aiger import Clause, write_aiger, write_witness
from verifier.formats.smt2 import write_smt2

Proof = Callable[[Circuit, str, Sequence[Clause]], bytes]
"""Writes a proof of a goal, by clauses that hold in all reachable states."""


@dataclass(frozen=True)
class Format:
    """A format of other tools."""

    title: str
    """Its name for people."""
    ending: str
    """The suffix of its files."""
    is_text: bool
    """Whether a terminal can show it."""
    system: Callable[[Circuit, str], bytes]
    """Writes a circuit as a transition system with one goal."""
    proof: Proof | None = None
    """None where the format has no proofs."""


def _aiger(circuit: Circuit, goal: str) -> bytes:
    return write_aiger(circuit, [goal])


def _smt2(circuit: Circuit, goal: str) -> bytes:
    return write_smt2(circuit, goal).encode()


FORMATS = {
    "aiger": Format("AIGER", "aig", False, _aiger, write_witness),
    "smt2": Format("SMT-LIB 2", "smt2", True, _smt2),
}
"""`export` takes the formats from here; a proof is in the first that has proofs."""


def of_proofs() -> tuple[str, ...]:
    """The formats that have proofs."""
    return tuple(name for name, each in FORMATS.items() if each.proof is not None)
