"""Equal steps one after the other are folded, and an execution of many steps is shown at once."""

from time import process_time

import pytest

from verifier.compiler.translation import compile_system
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution
from verifier.execution.machine import Move
from verifier.explain.counterexample import story_of
from verifier.language import System, always, record, step
from verifier.language.functions import about
from verifier.viewer.folding import hidden
from verifier.viewer.markup import rendered
from verifier.viewer.text import trace_lines
from verifier.viewer.trace_index import Reading

SECONDS = 2.0
"""Of the processor, for 256 steps: what is promised, most of which is left for all else."""


@record
class Counter:
    b0: bool = False
    b1: bool = False
    b2: bool = False
    b3: bool = False
    b4: bool = False
    b5: bool = False
    b6: bool = False
    b7: bool = False
    full: bool = False


@step
def tick(counter: Counter) -> None:
    c1 = counter.b0
    c2 = c1 & counter.b1
    c3 = c2 & counter.b2
    c4 = c3 & counter.b3
    c5 = c4 & counter.b4
    c6 = c5 & counter.b5
    c7 = c6 & counter.b6
    if c7 & counter.b7:
        counter.full = True
    counter.b7 = counter.b7 ^ c7
    counter.b6 = counter.b6 ^ c6
    counter.b5 = counter.b5 ^ c5
    counter.b4 = counter.b4 ^ c4
    counter.b3 = counter.b3 ^ c3
    counter.b2 = counter.b2 ^ c2
    counter.b1 = counter.b1 ^ c1
    counter.b0 = counter.b0 ^ True


@always("full")
def it_never_overflows(counter: Counter) -> bool:
    return not counter.full


@pytest.fixture(scope="module")
def told() -> tuple[Trace, float]:
    claim = about(it_never_overflows)
    assert claim is not None
    system = System("folds/counter", Counter(), (tick,))
    compiled = compile_system(system, (claim,))
    moves: tuple[Move, ...] = ((system.actions[0], {}),) * 256
    began = process_time()
    execution = Execution(system, (claim,), system.initial_values, moves)
    trace = story_of(compiled, execution, "full", True, explain=True)
    assert isinstance(trace, Trace)
    return trace, process_time() - began


def test_256_steps_are_explained_at_once(told: tuple[Trace, float]) -> None:
    assert told[1] < SECONDS


def test_equal_steps_are_folded_everywhere(told: tuple[Trace, float]) -> None:
    text = list(rendered(trace_lines(told[0])))
    assert len(text) < 250
    folds = [each for each in text if "tick again" in each]
    assert len(folds) == 3
    assert hidden(Reading(told[0])).keys() >= set(range(2, 254))


def test_all_steps_are_there_where_everything_is_wanted(told: tuple[Trace, float]) -> None:
    text = "\n".join(rendered(trace_lines(told[0], everything=True)))
    steps = text.partition("\nSteps\n")[2]
    assert steps.count("  tick") >= 256
