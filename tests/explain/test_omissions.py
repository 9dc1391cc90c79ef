"""What is not done is named: a save that is skipped, a load left out, a part that others hide."""

from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Violated
from verifier.execution.conversions import execution_along
from verifier.explain.counterexample import trace_of
from verifier.language import System, abstracts, always, assume, event, record, step
from verifier.language.functions import ModelFunction, about
from verifier.viewer.markup import rendered
from verifier.viewer.sentences import sentences
from verifier.viewer.text import trace_lines
from verifier.viewer.trace_index import Reading


@record
class Saving:
    """A register, its image, whether the register is dirty, and whether saves are switched on."""

    register: bool = False
    image: bool = False
    dirty: bool = False
    saves: bool = True
    away: bool = False
    wrote: bool = False
    lost: bool = False


@step
def write(unit: Saving) -> None:
    assume(not unit.away)
    unit.register = True
    unit.wrote = True


@step
def mark(unit: Saving) -> None:
    unit.dirty = True


@abstracts("a save where something is dirty")
def save(unit: Saving) -> None:
    if unit.dirty and unit.saves:
        unit.image = unit.register


@step
def leave(unit: Saving) -> None:
    assume(unit.wrote)
    save(unit)
    unit.register = False
    unit.away = True


@step
def come_back(unit: Saving) -> None:
    assume(unit.away)
    unit.register = unit.image
    unit.lost = unit.wrote and not unit.register


@always("kept")
def nothing_is_lost(unit: Saving) -> bool:
    return not unit.lost


@record
class Pair:
    a: bool = False
    b: bool = False


@event
class Seen:
    done: bool = False
    wanted: Pair = Pair()
    real: Pair = Pair()


@record
class Both:
    seen: Seen = Seen()
    forced: Pair = Pair()


@step
def force(both: Both) -> None:
    both.forced = Pair(a=True, b=True)


@step
def ask(both: Both, a: bool, b: bool) -> None:
    both.seen.done = True
    both.seen.wanted = Pair(a=a, b=b)
    both.seen.real = Pair(a=a or both.forced.a, b=b or both.forced.b)


@always("both")
def both_are_as_wanted(seen: Seen) -> bool:
    return not seen.done or (seen.real.a == seen.wanted.a and seen.real.b == seen.wanted.b)


@always("both")
def the_records_are_equal(seen: Seen) -> bool:
    return seen.real == seen.wanted


def claim(function: object) -> ModelFunction:
    found = about(function)
    assert found is not None
    return found


def violated(system: System, function: object) -> Trace:
    known = claim(function)
    compiled = compile_system(system, (known,))
    verdict = bmc(compiled.circuit, [known.group], Limits(depth=8))[known.group]
    assert isinstance(verdict, Violated)
    execution = execution_along(compiled, verdict.path)
    trace = trace_of(compiled, execution, known.group, shortest=True, explain=True)
    assert isinstance(trace, Trace)
    return trace


def saving() -> Trace:
    return violated(
        System("save/skipped", Saving(), (write, mark, leave, come_back)), nothing_is_lost
    )


def test_the_decision_that_left_something_out_is_named_with_its_values() -> None:
    turned = saving().explanation.turned[0]
    assert (turned.function, turned.test, turned.was) == (
        "save",
        "unit.dirty and unit.saves",
        False,
    )
    assert turned.reads == {"dirty": False}
    assert turned.changes == {"image": (False, True)}


def test_a_field_that_is_kept_depends_on_what_the_decision_read() -> None:
    trace = saving()
    [number] = [n for n, stride in enumerate(trace.steps) if stride.step == "leave"]
    assert trace.steps[number].because["image"] == ("image", "dirty")
    text = "\n".join(rendered(trace_lines(trace)))
    assert "image stays 0" in text
    assert "as save() decides `unit.dirty and unit.saves` no with dirty=0," in text


def test_the_deciding_call_is_not_folded() -> None:
    lines = [text.strip() for text in rendered(trace_lines(saving()))]
    assert "save()" in lines
    assert "if unit.dirty and unit.saves: no   dirty=0  <- decides it" in lines


def test_the_field_that_is_stale_is_said_in_short() -> None:
    _, second, third = rendered(sentences(Reading(saving())))
    assert second.startswith("save() (")
    assert second.endswith("in step 2 relies on dirty=0, not 1.")
    assert third == "violated: nothing is lost."


def test_every_part_that_fails_has_its_causes() -> None:
    trace = violated(System("two/parts", Both(), (force, ask)), both_are_as_wanted)
    parts = {part.text: part.decisive for part in trace.failure.parts}
    assert parts == {
        "seen.real.a == seen.wanted.a": ("seen.done", "seen.real.a", "seen.wanted.a"),
        "seen.real.b == seen.wanted.b": ("seen.done", "seen.real.b", "seen.wanted.b"),
    }
    assert {"forced.a", "forced.b"} <= set(trace.steps[0].because)


def test_a_comparison_of_records_lists_what_differs() -> None:
    trace = violated(System("two/records", Both(), (force, ask)), the_records_are_equal)
    [part] = trace.failure.parts
    assert part.text == "seen.real == seen.wanted"
    differs = {f for f in part.seen if f.startswith("seen.real")}
    assert {
        f"seen.real.{name}" for name in "ab" if trace.steps[-1].choices[name] is False
    } == differs
