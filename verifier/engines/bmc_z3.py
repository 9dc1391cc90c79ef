"""Bounded model checking by Z3: a second opinion on shortest counterexamples.

Biere, Cimatti, Clarke, Zhu: Symbolic Model Checking without BDDs. TACAS 1999.
De Moura, Bjorner: Z3: An Efficient SMT Solver. TACAS 2008.

Why so: docs/decisions/0022-bmc-on-z3-s-smt-core.md
"""

from collections.abc import Sequence

from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import bounded
from verifier.engines.z3_oracle import Z3Oracle
from verifier.evidence.verdicts import Limits, Unknown, Violated, Watch, silent


def bmc_z3(
    circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
) -> dict[str, Violated | Unknown]:
    """A shortest path to a violation of each goal, as far as the limits allow.

    It shares the unrolling with `bmc`, and neither clauses nor solver.
    """
    return bounded(circuit, goals, limits, watch, "bmc-z3", Z3Oracle)
