"""The step with fewer variables: those of gates that only other gates read are resolved away.

Een, Biere: Effective Preprocessing in SAT through Variable and Clause Elimination. SAT 2005.
"""

from dataclasses import replace
from itertools import chain

from pysat.solvers import Cadical153

from verifier.circuit.cnf import Transition

_ROUNDS = 2
_MORE_CLAUSES_FOR_A_VARIABLE = 16


def compact(step: Transition) -> Transition:
    """An equivalent transition over the same latches and inputs, in CaDiCaL's judgement.

    A satisfying assignment costs time for every variable, and search asks for thousands.
    """
    outputs = [*step.next, *step.bad.values()]
    first = list(range(1, step.latches + step.inputs + 1))
    frozen = sorted({*first, *map(abs, outputs)})
    with Cadical153() as solver:
        solver.configure({"elimboundmin": _MORE_CLAUSES_FOR_A_VARIABLE})
        solver.append_formula(step.clauses)
        _, clauses = solver.process(
            rounds=_ROUNDS,
            block=False,
            cover=False,
            condition=False,
            decompose=False,
            elim=True,
            probe=False,
            probehbr=False,
            subsume=True,
            ternary=False,
            transred=False,
            vivify=False,
            freeze=frozen,
        )
    used = sorted({*frozen, *map(abs, chain.from_iterable(clauses))}.difference(first))
    number = [0] * (2 * step.variables + 1)
    for index, variable in enumerate([*first, *used], start=1):
        number[variable], number[-variable] = index, -index
    renumbered = number.__getitem__
    return replace(
        step,
        variables=len(first) + len(used),
        clauses=[list(map(renumbered, clause)) for clause in clauses],
        next=list(map(renumbered, step.next)),
        bad={name: renumbered(literal) for name, literal in step.bad.items()},
    )
