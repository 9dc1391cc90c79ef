"""Circuits as SMT-LIB 2: a transition system and the question whether a violation is reachable.

Bjørner, Gurfinkel, McMillan, Rybalchenko: Horn Clause Solvers for Program Verification. 2015.
"""

from collections.abc import Iterable, Iterator

from verifier.circuit.circuit import Circuit, Latch


class Smt2Error(ValueError):
    """A name cannot be a quoted symbol."""


def write_smt2(circuit: Circuit, goal: str) -> str:
    """Horn clauses over `reachable`: sat means that no execution violates the goal.

    `init`, `trans` and `bad` are functions of the state, the inputs and the next state, for tools
    that unroll by themselves. What a system names begins with `state`, `next` or `input`, so that
    it is none of these, nor a gate.
    """
    part = circuit.restricted([goal])
    state = [_symbol(f"state {latch.name}") for latch in part.latches]
    following = [_symbol(f"next {latch.name}") for latch in part.latches]
    inputs = [_symbol(f"input {bit.name}") for bit in part.inputs]
    name = {latch.literal: symbol for latch, symbol in zip(part.latches, state, strict=True)}
    name |= {bit.literal: symbol for bit, symbol in zip(part.inputs, inputs, strict=True)}
    steps = [
        (f"(= {after} ", latch.next, ")")
        for after, latch in zip(following, part.latches, strict=True)
    ]
    trans = _body(part, name, steps)
    bad = _body(part, name, [("", part.bad[goal], "")])
    everything = [*state, *inputs, *following]
    return "\n".join(
        [
            f"; The property {_symbol(goal)} as Horn clauses, for Spacer and its like.",
            "; sat: no execution violates it; unsat: some execution does.",
            "(set-logic HORN)",
            f"(define-fun init ({_sorted(state)}) Bool {_init(part.latches, state)})",
            f"(define-fun trans ({_sorted(everything)}) Bool\n{trans})",
            f"(define-fun bad ({_sorted([*state, *inputs])}) Bool\n{bad})",
            f"(declare-fun reachable ({' '.join(['Bool'] * len(state))}) Bool)",
            _rule(state, _call("init", state), _call("reachable", state)),
            _rule(
                everything,
                f"(and {_call('reachable', state)} {_call('trans', everything)})",
                _call("reachable", following),
            ),
            _rule(
                [*state, *inputs],
                f"(and {_call('reachable', state)} {_call('bad', [*state, *inputs])})",
                "false",
            ),
            "(check-sat)",
            "",
        ]
    )


def _symbol(name: str) -> str:
    if "|" in name or "\\" in name or not name.isprintable():
        raise Smt2Error(f"`{name!r}` cannot be a quoted symbol")
    return f"|{name}|"


def _sorted(symbols: Iterable[str]) -> str:
    return " ".join(f"({symbol} Bool)" for symbol in symbols)


def _call(function: str, symbols: list[str]) -> str:
    return f"({function} {' '.join(symbols)})" if symbols else function


def _rule(variables: list[str], body: str, head: str) -> str:
    implication = f"(=> {body} {head})"
    if not variables:
        return f"(assert {implication})"
    return f"(assert (forall ({_sorted(variables)}) {implication}))"


def _init(latches: Iterable[Latch], state: list[str]) -> str:
    signed = [
        symbol if latch.reset else f"(not {symbol})"
        for latch, symbol in zip(latches, state, strict=True)
        if latch.reset is not None
    ]
    return f"(and true {' '.join(signed)})"


def _body(circuit: Circuit, name: dict[int, str], parts: list[tuple[str, int, str]]) -> str:
    """A conjunction of literals in their frames, under a `let` per level of gates."""
    levels = list(_levels(circuit, [literal for _, literal, _ in parts]))

    def term(literal: int) -> str:
        if literal <= 1:
            return "true" if literal else "false"
        positive = name.get(literal & ~1, f"g{literal >> 1}")
        return f"(not {positive})" if literal & 1 else positive

    graph = circuit.graph
    lines = []
    for gates in levels:
        bindings = " ".join(
            f"(g{node} (and {term(graph.left[node])} {term(graph.right[node])}))" for node in gates
        )
        lines.append(f"(let ({bindings})")
    conjuncts = " ".join(before + term(literal) + after for before, literal, after in parts)
    lines.append(f"(and true {conjuncts}){')' * len(levels)}")
    return "\n".join(lines)


def _levels(circuit: Circuit, roots: list[int]) -> Iterator[list[int]]:
    """Gates by their distance from the variables."""
    graph = circuit.graph
    level: dict[int, int] = {}
    rows: list[list[int]] = []
    for node in graph.cone(roots):
        if graph.left[node] >= 0:
            fan_ins = (graph.left[node] >> 1, graph.right[node] >> 1)
            level[node] = 1 + max(level.get(fan_in, -1) for fan_in in fan_ins)
            if level[node] == len(rows):
                rows.append([])
            rows[level[node]].append(node)
    yield from rows
