"""A circuit's path becomes a trace, whatever steps the path takes that are not enabled."""

from dataclasses import dataclass

import msgspec

from tests.evidence.lazy_project import compiled
from verifier.audit.proof_checking import path_violates
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.explanation import Explanation, Failure
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Path, Violated
from verifier.execution.conversions import execution_along
from verifier.execution.machine import Machine
from verifier.explain.counterexample import trace_of
from verifier.language import System, always, record, step
from verifier.language.functions import about
from verifier.viewer.markup import rendered
from verifier.viewer.text import trace_lines


def test_steps_that_are_not_enabled_are_left_out_of_a_trace() -> None:
    broken = compiled("lazy/broken")
    found = bmc(broken.circuit, ["isolation"], Limits())["isolation"]
    assert isinstance(found, Violated)
    machine = Machine(broken.system, broken.start(found.path.start))
    blank = {bit.name: False for bit in broken.circuit.inputs}
    inputs, idle = [], 0
    for taken in found.path.inputs:
        before = list(machine.values)
        for action in broken.system.actions:
            choices = {choice.name: choice.default for choice in action.choices}
            if machine.move((action, choices)) is None:
                inputs.append(blank | broken.inputs_of(action, choices))
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
        trace_of(broken, execution_along(broken, each), "isolation", False)
        for each in (found.path, path)
    )
    assert isinstance(plain, Trace)
    assert filled == plain


@dataclass(frozen=True)
class Era:
    """What a version of the code does."""

    lazy: bool


@record
class Lamp:
    era: Era
    lit: bool = False


@step
def press(lamp: Lamp) -> None:
    lamp.lit = True


@always("dark")
def a_lazy_lamp_stays_dark(lamp: Lamp) -> bool:
    """It looks at a constant first."""
    return not lamp.era.lazy or not lamp.lit


def test_what_a_claim_looks_at_are_fields_and_no_constants_of_the_system() -> None:
    claim = about(a_lazy_lamp_stays_dark)
    assert claim is not None
    lamp = compile_system(System("lamp", Lamp(era=Era(lazy=True)), (press,)), [claim])
    found = bmc(lamp.circuit, ["dark"], Limits())["dark"]
    assert isinstance(found, Violated)
    trace = trace_of(lamp, execution_along(lamp, found.path), "dark", shortest=True, explain=True)
    assert isinstance(trace, Trace)
    assert trace.failure.seen == {"lit": True}
    told = "\n".join(rendered(trace_lines(trace)))
    assert "seen              lit=1 (step 1)" in told


def test_an_unknown_field_that_a_claim_is_listed_to_read_is_skipped() -> None:
    """Files of before say so of constants."""
    broken = compiled("lazy/broken")
    found = bmc(broken.circuit, ["isolation"], Limits())["isolation"]
    assert isinstance(found, Violated)
    trace = trace_of(
        broken, execution_along(broken, found.path), "isolation", shortest=True, explain=True
    )
    assert isinstance(trace, Trace)
    failure = Failure({"era": True, **trace.failure.seen})
    whole = msgspec.structs.replace(trace, failure=failure, explanation=Explanation())
    assert any("era" in line for line in rendered(trace_lines(whole)))


@record
class Kettle:
    on: bool = True


@step
def switch(kettle: Kettle) -> None:
    kettle.on = not kettle.on


@always("off")
def it_is_off(kettle: Kettle) -> bool:
    return not kettle.on


def test_what_is_violated_before_anything_happens_has_no_step() -> None:
    claim = about(it_is_off)
    assert claim is not None
    kettle = compile_system(System("kettle/on", Kettle(), (switch,)), (claim,))
    start = {latch.name: latch.reset == 1 for latch in kettle.circuit.latches}
    action = kettle.system.actions[0]
    path = Path(start, (kettle.inputs_of(action, {}),) * 3)
    trace = trace_of(kettle, execution_along(kettle, path), "off", shortest=False)
    assert isinstance(trace, Trace)
    assert trace.steps == ()
