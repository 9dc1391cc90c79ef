"""For every step of every catalogued system: the concrete run equals the circuit."""

import pytest

from verifier.catalogue import bundled_root, load
from verifier.language.agreement import agreement
from verifier.language.compiling import compile_system

CATALOGUE = load(bundled_root())


@pytest.mark.parametrize("name", CATALOGUE.systems)
def test_the_concrete_run_equals_the_circuit(name: str) -> None:
    system = CATALOGUE.systems[name]
    compiled = compile_system(system, CATALOGUE.properties_of(system))
    found = agreement(compiled, cases=4, walks=500, rounds=40)
    assert not found.differences, str(found.differences[0])
    reached = [step.name for step in system.actions if found.enabled[step.name]]
    assert len(reached) > len(system.actions) / 2
