"""What the bits of a field or choice mean, over a graph, and in the code of another one."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.circuit.aig import Graph
from verifier.compiler.behaviour import Variable
from verifier.diff.pairing import same_code
from verifier.language.plain_values import Value

Pairs = Sequence[tuple[Value, Value]]


def recoded(
    graph: Graph, bits: Sequence[int], of: Variable, to: Variable, both: Pairs
) -> Sequence[int]:
    """What bits of one variable mean, in the code of another."""
    if same_code(of, to):
        return bits
    return [
        graph.any(means(graph, bits, of, a) for a, b in both if to.code(b)[place])
        for place in range(len(to.patterns[0]))
    ]


def means(graph: Graph, bits: Sequence[int], variable: Variable, value: object) -> int:
    pattern = variable.patterns[[*variable.values].index(value)]  # type: ignore[arg-type]
    return graph.all(
        literal if wanted else literal ^ 1
        for literal, wanted in zip(bits, pattern, strict=True)
        if wanted is not None
    )
