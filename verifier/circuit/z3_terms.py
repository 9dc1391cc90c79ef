"""Z3 terms of a graph's literals, each built once."""

import z3

from verifier.circuit.graph import Graph


def answer_of(solver: z3.Solver, *assumptions: z3.BoolRef) -> z3.CheckSatResult:
    """What Z3 answers; the Ctrl-C that it takes for itself meanwhile is given back."""
    answer = solver.check(*assumptions)
    if answer == z3.unknown and solver.reason_unknown() == "interrupted from keyboard":
        raise KeyboardInterrupt
    return answer


class Z3Terms:
    """Translates literals on demand; variables become Boolean constants `v7`.

    The expressions of z3py cost more than small queries do, so gates are made by the C interface
    and share their fan-ins' terms.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._context = z3.main_ctx()
        self._raw = self._context.ref()
        self._positive = {0: z3.BoolVal(False)}
        self._negative = {0: z3.BoolVal(True)}

    def term(self, literal: int) -> z3.BoolRef:
        """The literal's term, with the terms of everything it depends on built."""
        if literal >> 1 not in self._positive:
            self._build(literal >> 1)
        return self._signed(literal)

    def value(self, model: z3.ModelRef, literal: int) -> bool:
        """A literal's value in a model, false where the model leaves a variable open."""
        return bool(z3.is_true(model.eval(self.term(literal), model_completion=True)))

    def _build(self, root: int) -> None:
        left, right, terms = self.graph.left, self.graph.right, self._positive
        stack = [root]
        while stack:
            node = stack[-1]
            if node in terms:
                stack.pop()
                continue
            if left[node] < 0:
                terms[node] = z3.Bool(f"v{node}")
                continue
            choice = self._choice(node)
            operands = choice or (left[node], right[node])
            missing = [operand >> 1 for operand in operands if operand >> 1 not in terms]
            if missing:
                stack += missing
            elif choice is None:
                terms[node] = self._conjunction(*map(self._signed, operands))
            else:
                terms[node] = self._no_choice(*map(self._signed, operands))

    def _choice(self, node: int) -> tuple[int, int, int] | None:
        """(c, a, b) where the node is false as `a if c else b` is true; exclusive or is one, too.

        Z3 decides such terms three to four times as fast as the conjunctions that they are.
        """
        left, right = self.graph.left, self.graph.right
        one, other = left[node], right[node]
        if not one & other & 1 or left[one >> 1] < 0 or left[other >> 1] < 0:
            return None
        some, others = (left[one >> 1], right[one >> 1]), (left[other >> 1], right[other >> 1])
        for condition, then in (some, some[::-1]):
            for negated, otherwise in (others, others[::-1]):
                if negated == condition ^ 1:
                    return condition, then, otherwise
        return None

    def _signed(self, literal: int) -> z3.BoolRef:
        node = literal >> 1
        if not literal & 1:
            return self._positive[node]
        term = self._negative.get(node)
        if term is None:
            raw = z3.Z3_mk_not(self._raw, self._positive[node].ast)
            term = self._negative[node] = z3.BoolRef(raw, self._context)
        return term

    def _no_choice(
        self, condition: z3.BoolRef, then: z3.BoolRef, otherwise: z3.BoolRef
    ) -> z3.BoolRef:
        choice = z3.BoolRef(
            z3.Z3_mk_ite(self._raw, condition.ast, then.ast, otherwise.ast), self._context
        )
        return z3.BoolRef(z3.Z3_mk_not(self._raw, choice.ast), self._context)

    def _conjunction(self, left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
        operands = (z3.Ast * 2)(left.ast, right.ast)
        return z3.BoolRef(z3.Z3_mk_and(self._raw, 2, operands), self._context)
