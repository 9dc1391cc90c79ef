"""The step with fewer variables: those of gates that only other gates read are resolved away.

Een, Biere: Effective Preprocessing in SAT through Variable and Clause Elimination. SAT 2005.
"""

from dataclasses import replace
from itertools import chain

import pysolvers

from verifier.circuit.cnf import Transition

_ROUNDS = 2
_MORE_CLAUSES_FOR_A_VARIABLE = 16
_OFF, _ON = 0, 1


def compact(step: Transition) -> Transition:
    """An equivalent transition over the same latches and inputs, in CaDiCaL's judgement.

    A satisfying assignment costs time for every variable, and search asks for thousands.
    """
    outputs = [*step.next, *step.bad.values()]
    first = list(range(1, step.latches + step.inputs + 1))
    frozen = sorted({*first, *map(abs, outputs)})
    solver = pysolvers.cadical153_new()
    try:
        pysolvers.cadical153_set(solver, "elimboundmin", _MORE_CLAUSES_FOR_A_VARIABLE)
        for clause in step.clauses:
            pysolvers.cadical153_add_cl(solver, clause)
        block = cover = condition = _OFF
        decompose = probe = hyper_binary = vivify = _OFF
        eliminate = subsume = _ON
        _, clauses = pysolvers.cadical153_process(
            solver,
            _ROUNDS,
            block,
            cover,
            condition,
            decompose,
            eliminate,
            probe,
            hyper_binary,
            subsume,
            vivify,
            frozen,
            0,
        )
    finally:
        pysolvers.cadical153_del(solver, None)
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
