"""The step with fewer variables: those of gates that only other gates read are resolved away.

Een, Biere: Effective Preprocessing in SAT through Variable and Clause Elimination. SAT 2005.
"""

from dataclasses import replace

import pysolvers

from verifier.circuit.cnf import Transition

_ROUNDS = 1
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
    number = {variable: variable for variable in first}
    number |= {-variable: -variable for variable in first}
    for variable in [*frozen, *(abs(literal) for clause in clauses for literal in clause)]:
        if variable not in number:
            number[variable] = len(number) // 2 + 1
            number[-variable] = -number[variable]
    return replace(
        step,
        variables=len(number) // 2,
        clauses=[[number[literal] for literal in clause] for clause in clauses],
        next=[number[literal] for literal in step.next],
        bad={name: number[literal] for name, literal in step.bad.items()},
    )
