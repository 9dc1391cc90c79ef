"""A circuit's path becomes a trace, whatever steps the path takes that are not enabled."""

from tests.evidence.lazy_project import compiled, properties
from verifier.engines.bmc import bmc
from verifier.evidence.check import path_violates
from verifier.evidence.recording import trace_of
from verifier.evidence.replay import Machine
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Path, Violated


def test_steps_that_are_not_enabled_are_left_out_of_a_trace() -> None:
    broken = compiled("lazy/broken")
    found = bmc(broken.circuit, ["isolation"], Limits())["isolation"]
    assert isinstance(found, Violated)
    machine = Machine(broken.system, broken.start(found.path.start))
    blank = {bit.name: False for bit in broken.circuit.inputs}
    inputs, idle = [], 0
    for taken in found.path.inputs:
        before = list(machine.values)
        for step in broken.system.actions:
            choices = {choice.name: choice.default for choice in step.choices}
            if machine.move((step, choices)) is None:
                inputs.append(blank | broken.inputs_of(step, choices))
                idle += 1
            machine.run.store.values[:] = before
        inputs.append(taken)
        move = broken.taken(taken)
        assert move is not None
        machine.move(move)
    assert idle
    path = Path(found.path.start, tuple(inputs))
    assert path_violates(broken.circuit, "isolation", path) is None
    plain, filled = (
        trace_of(broken, properties("lazy/broken"), "isolation", each, "pdr")
        for each in (found.path, path)
    )
    assert isinstance(plain, Trace)
    assert filled == plain
