"""Another counterexample: the known one is no part of it, or there is none."""

from functools import cache

import msgspec
import pytest

from tests.check.barrel import BOTH, LEANING
from tests.viewer import machines
from verifier.check.another import another, avoiding
from verifier.check.result import Result
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Unknown, Verdict, Violated
from verifier.execution.conversions import execution_along
from verifier.explain.counterexample import trace_of
from verifier.language import System, always, assume, event, observer, record, step
from verifier.language.functions import about


@event
class Leak:
    happens: bool = False


@record
class Tank:
    cracked: bool = False
    open: bool = False
    full: bool = False
    leak: Leak = Leak()


@observer("what runs out")
def note(tank: Tank) -> None:
    tank.leak.happens = tank.full and (tank.cracked or tank.open)


@step
def crack(tank: Tank) -> None:
    """Winter."""
    tank.cracked = True


@step
def turn(tank: Tank, wide: bool) -> None:
    """The tap, which needs two hands."""
    assume(wide)
    tank.open = True


@step
def fill(tank: Tank) -> None:
    """Rain."""
    tank.full = True
    note(tank)


@always("dry")
def nothing_runs_out(leak: Leak) -> bool:
    """It is what a tank is for."""
    return not leak.happens


TANK = System("tank", Tank(), (crack, turn, fill), "two ways to lose water")


@cache
def compiled() -> TransitionSystem:
    claim = about(nothing_runs_out)
    assert claim is not None
    return compile_system(TANK, (claim,))


def shortest() -> Trace:
    [answer] = bmc(compiled().circuit, ["dry"], Limits()).values()
    assert isinstance(answer, Violated)
    trace = trace_of(compiled(), execution_along(compiled(), answer.path), "dry", True)
    assert isinstance(trace, Trace)
    return trace


def kinds(trace: Trace) -> list[str]:
    return [stride.step for stride in trace.steps]


def contains(whole: list[str], part: list[str]) -> bool:
    """Whether leaving some of the steps out gives the others."""
    steps = iter(whole)
    return all(name in steps for name in part)


def test_another_takes_other_kinds_of_steps() -> None:
    first = shortest()
    second = another(compiled(), first, Limits())
    assert isinstance(second, Trace)
    assert not contains(kinds(second), kinds(first))
    assert {tuple(kinds(first)), tuple(kinds(second))} == {("crack", "fill"), ("turn", "fill")}
    assert second.conjunct == "nothing_runs_out"
    assert any(stride.because for stride in second.steps)


def test_there_is_none_where_every_one_takes_these_steps() -> None:
    found = another(compiled(), _only_fill(), Limits())
    assert isinstance(found, Result)
    assert found.verdict is Verdict.PROVED
    assert (
        found.reason == "every counterexample takes `fill`, in this order, whatever it takes "
        "before, between and after"
    )


def _only_fill() -> Trace:
    """What all have in common."""
    return msgspec.structs.replace(shortest(), steps=shortest().steps[-1:])


def test_no_answer_in_time_is_none() -> None:
    found = another(compiled(), shortest(), Limits(seconds=0))
    assert isinstance(found, Result)
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason.startswith("no other counterexample; ")


@pytest.mark.parametrize("pair", machines.PAIRS)
def test_bounded_search_agrees_that_there_is_none(pair: str) -> None:
    trace = machines.counterexample(pair)
    system = machines.project().systems[trace.system]
    whole = compile_system(system, machines.project().properties_of(system))
    circuit = avoiding(whole, trace.property, kinds(trace))
    [answer] = bmc(circuit, [trace.property], Limits(depth=len(trace.steps) + 3)).values()
    assert isinstance(answer, Unknown)


def failing(system: System) -> TransitionSystem:
    return compile_system(system, ())


def first_of(known: TransitionSystem) -> Trace:
    [answer] = bmc(known.circuit, ["assertions"], Limits()).values()
    assert isinstance(answer, Violated)
    trace = trace_of(known, execution_along(known, answer.path), "assertions", True)
    assert isinstance(trace, Trace)
    return trace


def test_another_assertion_that_can_fail_comes_first() -> None:
    known = failing(BOTH)
    first = first_of(known)
    second = another(known, first, Limits())
    assert isinstance(second, Trace)
    texts = {"a full one tips over", "a cracked one breaks"}
    assert {first.conjunct, second.conjunct} == texts
    assert second.steps[-1].fails
    back = another(known, second, Limits())
    assert isinstance(back, Trace)
    assert back.conjunct == first.conjunct


def test_where_no_other_assertion_can_fail_other_steps_are_looked_for() -> None:
    known = failing(LEANING)
    found = another(known, first_of(known), Limits())
    assert isinstance(found, Result)
    assert found.reason.startswith("every counterexample takes `pour`, `lean`, in this order")
