"""Prints a digest of each named system's circuit; the order of the systems may be reversed.

Small systems are compiled again at the end, when much else was compiled in the process.
"""

import json
import sys
from hashlib import blake2b

from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.language.packages import bundled_root
from verifier.project.loading import load

SMALL = "native/"


def digest(compiled: TransitionSystem) -> str:
    """All of a circuit: gates, names, and which literal stands for what."""
    circuit = compiled.circuit
    claims = {
        group: [(conjunct.binding.function.name, conjunct.bad) for conjunct in conjuncts]
        for group, conjuncts in compiled.conjuncts.items()
    }
    whole = (
        *(circuit.graph.left, circuit.graph.right, circuit.inputs, circuit.latches),
        *(list(circuit.bad.items()), list(claims.items()), compiled.latch_names),
    )
    return blake2b(repr(whole).encode(), digest_size=16).hexdigest()


def main(order: str, *given: str) -> None:
    catalogue = load(bundled_root())
    names = given[:: -1 if order == "reversed" else 1]
    found: dict[str, list[str]] = {}
    for name in [*names, *(name for name in names if name.startswith(SMALL))]:
        system = catalogue.systems[name]
        compiled = compile_system(system, catalogue.properties_of(system))
        found.setdefault(name, []).append(digest(compiled))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
