"""What a counterexample says about its causes."""

import msgspec

from tests.evidence.lazy_project import compiled, execution, project, properties, trace
from tests.viewer.conftest import saved
from verifier.audit.trace_replay import replayed
from verifier.compiler.translation import compile_system
from verifier.evidence.calls import Branched, Entered
from verifier.evidence.traces import Trace
from verifier.execution.conversions import execution_of_trace, same_steps
from verifier.execution.execution import Execution
from verifier.execution.machine import Machine
from verifier.explain.annotate import violating
from verifier.explain.causes import at_once, causes
from verifier.explain.explain import explained
from verifier.language import System, record, step
from verifier.language.packages import bundled_root
from verifier.project.loading import load


def told() -> Trace:
    return explained(compiled("lazy/broken"), trace(), execution())


def test_the_decisive_fields_are_those_that_alone_would_save_the_claim() -> None:
    assert set(told().explanation.decisive) == {
        "access.executed",
        "access.found.owner",
        "access.by",
    }


def test_a_value_hangs_on_the_fields_without_which_it_would_be_another() -> None:
    because = told().steps[2].because
    assert because["access.by"] == ("current",)
    assert "ts" in because["access.found.owner"]
    assert "registers.owner" in because["access.found.owner"]


def test_a_step_needs_the_choices_and_fields_without_which_it_cannot_be_taken() -> None:
    assert told().steps[1].needs == ("choice next_task", "current")


def test_the_nearest_execution_without_the_violation_is_found_and_says_what_differs() -> None:
    otherwise = told().explanation.otherwise
    assert otherwise is not None
    assert (otherwise.number, otherwise.choice) == (1, "")
    assert otherwise.differs[-1]["access.found.owner"] == ("A", "B")


def test_a_decision_that_would_have_avoided_it_is_named_with_its_line_and_effect() -> None:
    [turned] = told().explanation.turned
    assert (turned.number, turned.function, turned.test) == (3, "use_fpu", "machine.ts")
    assert (turned.was, turned.returned, turned.fails, turned.stops) == (False, False, (), 0)
    assert turned.file == "models/lazy.py"


def test_a_choice_that_leads_to_no_other_decision_is_listed_apart() -> None:
    system = load(bundled_root()).systems["kvm-nvmx/v3.14"]
    given = load(bundled_root()).properties_of(system)
    trace = saved("v3.14")
    execution = execution_of_trace(system, given, trace)
    assert isinstance(execution, Execution)
    whole = explained(compile_system(system, given), trace, execution)
    other = whole.explanation.otherwise
    assert other is not None
    assert (other.number, other.choice, other.turn_in) == (4, "guest_ts", "nested_nm_exit_handled")
    assert (13, "instruction", "FXSAVE") in other.harmless
    assert (12, "called_off", True) in other.elsewhere
    assert all("called_off" not in stride.matters for stride in whole.steps)
    assert whole.explanation.turned[0].function == "nested_nm_exit_handled"


def test_the_same_steps_count_only_where_they_violate_the_same_claim() -> None:
    systems, given = project().systems, properties("lazy/broken")
    assert violating(same_steps(systems["lazy/broken"], given, trace()), trace())
    assert not violating(same_steps(systems["lazy/fixed"], given, trace()), trace())


def test_an_explained_trace_is_still_a_counterexample() -> None:
    system = project().systems["lazy/broken"]
    assert isinstance(replayed(system, properties("lazy/broken"), told()), Execution)
    assert msgspec.json.decode(msgspec.json.encode(told()), type=Trace) == told()


def test_branches_are_logged_with_the_fields_that_they_name() -> None:
    call = told().steps[0].call
    tests = [entry for entry in call.entries if isinstance(entry, Branched)]
    assert [(each.test, each.taken, each.reads) for each in tests] == [
        ("machine.ts", True, {"ts": True})
    ]
    handler = next(entry for entry in call.entries if isinstance(entry, Entered))
    assert handler.defined > 0


def test_every_claim_that_fails_after_a_step_is_recorded() -> None:
    assert [stride.fails for stride in told().steps] == [
        (),
        (),
        ("a_task_finds_only_its_own_registers",),
    ]
    assert told().claims == {
        "a_task_finds_only_its_own_registers": "isolation",
        "a_task_finds_what_it_wrote_last": "integrity",
    }


@record
class Odd:
    """A machine that makes no sense with `off` set, which it never is."""

    off: bool = False
    key: bool = True
    seen: bool = False


@step
def look(odd: Odd) -> None:
    odd.seen = {False: odd.key}[odd.off]


def test_a_state_in_which_the_model_makes_no_sense_is_no_cause() -> None:
    system = System("odd/one", Odd(), (look,))
    machine = Machine(system)
    found = at_once(causes(machine, machine.values, (system.actions[0], {}), ["seen"]))
    assert found.because == {"seen": ("key",)}
    assert found.needs == ()
