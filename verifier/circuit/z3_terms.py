"""Z3 terms of a graph's literals, each built once."""

from collections.abc import Sequence

import z3

from verifier.circuit.aig import Graph


def answer_of(solver: z3.Solver, *assumptions: z3.BoolRef) -> z3.CheckSatResult:
    """What Z3 answers; the Ctrl-C that it takes for itself meanwhile is given back."""
    answer = solver.check(*assumptions)
    if answer == z3.unknown and solver.reason_unknown() == "interrupted from keyboard":
        raise KeyboardInterrupt
    return answer


class Z3Terms:
    """Translates literals on demand; variables become Boolean constants `v7`.

    The expressions of z3py cost more than small queries do, so gates are made by the C interface,
    share their fan-ins' terms, and are kept alive by one vector.
    """

    def __init__(self, graph: Graph, context: z3.Context | None = None) -> None:
        self.graph = graph
        self._context = context or z3.main_ctx()
        self._raw = self._context.ref()
        self._alive = z3.AstVector(ctx=self._context)
        self._terms = {0: self._held(z3.Z3_mk_false(self._raw))}
        self._terms[1] = self._held(z3.Z3_mk_true(self._raw))
        self._boolean = z3.BoolSort(self._context)

    def term(self, literal: int) -> z3.BoolRef:
        """The literal's term, with the terms of everything it depends on built."""
        return z3.BoolRef(self._term(literal), self._context)

    def assert_any(self, solver: z3.Solver, literals: Sequence[int]) -> None:
        """Assert that one of some literals holds, without what z3py does for each term."""
        terms = [self._term(literal) for literal in literals]
        either = z3.Z3_mk_or(self._raw, len(terms), (z3.Ast * len(terms))(*terms))
        z3.Z3_solver_assert(self._raw, solver.solver, either)

    def value(self, model: z3.ModelRef, literal: int) -> bool:
        """A literal's value in a model, false where the model leaves a variable open."""
        return bool(z3.is_true(model.eval(self.term(literal), model_completion=True)))

    def _term(self, literal: int) -> z3.Ast:
        if literal & ~1 not in self._terms:
            self._build(literal & ~1)
        return self._signed(literal)

    def _build(self, root: int) -> None:
        left, right, terms = self.graph.left, self.graph.right, self._terms
        stack = [root]
        while stack:
            gate = stack[-1]
            if gate in terms:
                stack.pop()
                continue
            node = gate >> 1
            if left[node] < 0:
                terms[gate] = self._variable(node)
                continue
            choice = self._choice(node)
            operands = choice or (left[node], right[node])
            missing = [operand & ~1 for operand in operands if operand & ~1 not in terms]
            if missing:
                stack += missing
            elif choice is None:
                terms[gate] = self._conjunction(*map(self._signed, operands))
            else:
                terms[gate | 1] = self._if_then_else(*map(self._signed, operands))
                terms[gate] = self._held(z3.Z3_mk_not(self._raw, terms[gate | 1]))

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

    def _signed(self, literal: int) -> z3.Ast:
        term = self._terms.get(literal)
        if term is None:
            term = self._held(z3.Z3_mk_not(self._raw, self._terms[literal & ~1]))
            self._terms[literal] = term
        return term

    def _variable(self, node: int) -> z3.Ast:
        name = z3.Z3_mk_string_symbol(self._raw, f"v{node}")
        return self._held(z3.Z3_mk_const(self._raw, name, self._boolean.ast))

    def _if_then_else(self, condition: z3.Ast, then: z3.Ast, otherwise: z3.Ast) -> z3.Ast:
        return self._held(z3.Z3_mk_ite(self._raw, condition, then, otherwise))

    def _conjunction(self, left: z3.Ast, right: z3.Ast) -> z3.Ast:
        return self._held(z3.Z3_mk_and(self._raw, 2, (z3.Ast * 2)(left, right)))

    def _held(self, term: z3.Ast) -> z3.Ast:
        z3.Z3_ast_vector_push(self._raw, self._alive.vector, term)
        return term
