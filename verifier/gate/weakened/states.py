"""An example state of two versions joined, in which something holds."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

import z3

from verifier.circuit.aig import TRUE
from verifier.circuit.z3_terms import Z3Terms, answer_of
from verifier.compiler.behaviour import Variable
from verifier.diff.miter import Joint
from verifier.language.plain_values import Value


class States:
    """Asks Z3 for states that are the same in both versions, with terms that questions share."""

    def __init__(self, joint: Joint) -> None:
        self._joint, self._given = joint, joint.same_state
        self._terms = Z3Terms(joint.graph)

    def anywhere(self) -> States:
        """The same for states that need not be the same in both."""
        other = copy(self)
        other._given = TRUE
        return other

    def has_any(self, literals: Iterable[int]) -> bool:
        """Whether one of some literals holds in a state."""
        return self._model(self._joint.graph.any(literals)) is not None

    def which(self, literals: Iterable[int]) -> set[int]:
        """Those of some literals that hold in a state."""
        left, found = set(literals), set[int]()
        while left:
            model = self._model(self._joint.graph.any(sorted(left)))
            if model is None:
                break
            here = {literal for literal in left if self._terms.value(model, literal)}
            found, left = found | here, left - here
        return found

    def _model(self, literal: int) -> z3.ModelRef | None:
        solver = z3.SolverFor("QF_FD")
        solver.add(self._terms.term(self._joint.graph.both(self._given, literal)))
        answer = answer_of(solver)
        if answer == z3.unknown:
            raise RuntimeError(f"Z3 does not compare two versions: {solver.reason_unknown()}")
        return None if answer == z3.unsat else solver.model()

    def where(
        self, literals: Iterable[int], choices: Iterable[Variable] = ()
    ) -> dict[str, Value] | None:
        """The fields and choices that matter in a state where literals hold; None without one."""
        joint, terms = self._joint, self._terms
        wanted = joint.graph.all([self._given, *literals])
        model = self._model(wanted)
        if model is None:
            return None
        needed = {2 * node for node in joint.graph.cone([wanted])}
        fields = joint.new.behaviour.field
        named = (
            *((joint.old, each, each.name) for each in joint.old.behaviour.fields),
            *((joint.new, each, each.name) for each in joint.new.behaviour.fields),
            *((joint.new, c, f"choice {c.name}" if fields(c.name) else c.name) for c in choices),
        )
        values: dict[str, Value] = {}
        for side, variable, name in named:
            bits = side.bits(variable)
            if needed.intersection(bit & ~1 for bit in bits):
                values[name] = variable.decoded([terms.value(model, bit) for bit in bits])
        return values
