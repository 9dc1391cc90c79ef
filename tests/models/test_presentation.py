"""What the bundled presentations say of steps and states, in the words of people who know them."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from nestproof.models.ownership.contents import Context
from nestproof.models.systems.kvm_nvmx import V3_1, guest_instruction
from nestproof.models.systems.kvm_vmx import V3_12
from nestproof.models.systems.native import LAZY_V3_4
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess
from verifier.execution.presenter import Presenter
from verifier.language import System
from verifier.language.call_log import Assignment, Call
from verifier.language.concrete_execution import ConcreteRun, Taken
from verifier.language.functions import about
from verifier.language.presentation import Act

Fields = Mapping[str, Any]


def state(system: System, fields: Fields) -> list[Any]:
    """The initial state with some fields changed."""
    known = {leaf.path: place for place, leaf in enumerate(system.layout.leaves)}
    values = list(system.initial_values)
    for field, value in fields.items():
        values[known[field]] = value
    return values


class Asked:
    """A presentation, asked about a step to a state with some fields, which it writes."""

    def __init__(self, system: System, fields: Fields, before: Fields | None = None) -> None:
        self.presenter = Presenter(system)
        self.before = state(system, before or {})
        values = state(system, {**(before or {}), **fields})
        self.run = ConcreteRun(system.layout.leaves, values)
        function = about(guest_instruction)
        assert function is not None
        call = Call(function, 1)
        call.entries += [Assignment(field, False, new, 1) for field, new in fields.items()]
        self.taken = Taken(tuple(values), call, None)
        self.move = (system.actions[0], dict[str, Any]())

    def act(self) -> Act:
        found = self.presenter.act(self.before, self.move, self.taken, self.run)
        assert not self.presenter.problem
        return found

    def headline(self, *judged: str) -> str:
        found = self.presenter.headline(self.before, self.move, self.taken, self.run, judged)
        assert not self.presenter.problem
        return "".join(part if isinstance(part, str) else part[0] for part in found)


def seen(outcome: Outcome, promised: Outcome) -> Fields:
    return {
        "outcome.observed": True,
        "outcome.outcome": outcome,
        "outcome.promised": promised,
    }


@pytest.mark.parametrize(
    ("outcome", "promised", "should", "does"),
    [
        (Outcome.NM, Outcome.DONE, "enter L2 with no event", "injects #NM into L2"),
        (Outcome.DONE, Outcome.NM, "inject #NM into L2", "enters L2 with no event"),
        (Outcome.DONE, Outcome.VMFAIL, "be refused by the CPU", "enters L2 with no event"),
    ],
)
def test_an_entry_is_shown_as_one_and_not_as_an_instruction(
    outcome: Outcome, promised: Outcome, should: str, does: str
) -> None:
    found = Asked(V3_1, seen(outcome, promised)).act().seen
    assert found is not None
    assert (found.who, found.what, found.by_code) == ("L1", "VM entry", False)
    assert (found.should, found.does) == (should, does)


def test_an_instruction_is_that_of_who_runs_on_the_virtual_cpu() -> None:
    fields = {**seen(Outcome.EXIT, Outcome.DONE), "outcome.instruction": Instruction.LMSW}
    found = Asked(V3_1, fields, {"vcpu.guest_mode": True}).act().seen
    assert found is not None
    assert (found.who, found.what, found.by_code) == ("L2", "LMSW", True)
    assert (found.should, found.does) == ("complete", "exits to L1")


def test_nobody_has_seen_anything_where_nothing_was_observed() -> None:
    assert Asked(V3_1, {"vcpu.fpu_active": False}).act() == Act(by="L0")


def test_moves_between_levels_have_their_names() -> None:
    inside, nested = {"host.cpu.non_root": True}, {"vcpu.guest_mode": True}
    assert Asked(V3_1, inside).act().label == "enters L1"
    assert Asked(V3_1, {"host.cpu.non_root": False}, inside).act() == Act(
        "exit", leaves=True, by="L1"
    )
    assert Asked(V3_1, nested).act() == Act("L1 launches L2", tells="L2", by="L0")
    assert Asked(V3_1, {"vcpu.guest_mode": False}, nested).act() == Act(
        "to L1", tells="L1", by="L0"
    )


def access(owner: Context, value: bool) -> Fields:
    """Task A, which wrote 0 last, finds this in the registers."""
    return {
        "access.context": Context.TASK_A,
        "access.found.owner": owner,
        "access.found.value": value,
    }


A, B, INIT = Context.TASK_A, Context.TASK_B, Context.INIT


@pytest.mark.parametrize(
    ("fields", "judged", "told"),
    [
        (access(B, False), ["access.found.owner"], "TASK_A's FPU access finds TASK_B's registers"),
        (access(B, True), ["access.found.value"], "TASK_A's FPU access finds TASK_B's registers"),
        (
            access(INIT, True),
            ["access.found.value"],
            "TASK_A's FPU access finds the registers' initial state",
        ),
        (
            access(A, True),
            ["access.found.value"],
            "TASK_A's FPU access should find 0, which it wrote last, but finds 1 of before",
        ),
        (access(A, False), ["access.found.value"], ""),
        (access(B, True), ["host.current"], ""),
    ],
)
@pytest.mark.parametrize("system", [LAZY_V3_4, V3_12, V3_1], ids=lambda system: system.name)
def test_what_a_context_found_is_shown_where_the_claim_reads_it(
    system: System, fields: Fields, judged: Collection[str], told: str
) -> None:
    assert Asked(system, fields).headline(*judged) == told


READ, PROMISED_READ = "outcome.read.mp", "outcome.promised_read.mp"


def test_a_bit_that_is_read_wrongly_is_named_where_the_claim_looks_at_it() -> None:
    asked = Asked(
        V3_1,
        {
            **seen(Outcome.DONE, Outcome.DONE),
            "outcome.instruction": Instruction.SMSW,
            READ: False,
            PROMISED_READ: True,
        },
    )
    told = "L1's SMSW should read mp=1, but it reads mp=0"
    assert asked.headline(READ, PROMISED_READ) == told
    assert asked.headline("outcome.observed") == ""


SAVED, PROMISED = "vcpu.vmcs12.guest_cr0.ts", "contract.cpu.vmcss[VMCS01].guest_cr0.ts"


@pytest.mark.parametrize(
    ("promised", "judged", "told"),
    [
        (False, (SAVED, PROMISED), "L1 should find vmcs12.guest_cr0.ts=0, but it finds 1"),
        (True, (SAVED, PROMISED), ""),
        (False, (SAVED,), ""),
    ],
)
def test_what_l1_finds_of_l2_is_shown_where_the_claim_reads_it(
    promised: bool, judged: tuple[str, ...], told: str
) -> None:
    assert Asked(V3_1, {SAVED: True, PROMISED: promised}).headline(*judged) == told


def test_what_l1_finds_of_an_exit_is_shown_where_the_claim_is_about_the_exit() -> None:
    stored, promised = "vcpu.vmcs12.exit_access", "contract.cpu.vmcss[VMCS01].exit_access"
    asked = Asked(
        V3_1, {SAVED: True, PROMISED: False, stored: CrAccess.MOV_TO, promised: CrAccess.CLTS}
    )
    told = "L1 should find vmcs12.exit_access=CLTS, but it finds MOV_TO"
    assert asked.headline("outcome.exit_differs") == told
    assert asked.headline("outcome.observed") == ""


def test_a_guest_s_row_has_the_actual_and_the_expected_value() -> None:
    fields = {
        "host.cpu.non_root": True,
        "vcpu.guest_mode": True,
        "contract.cpu.non_root": True,
        "host.cpu.vmcss[VMCS02].cr0_mask.ts": True,
        "host.cpu.vmcss[VMCS02].cr0_shadow.ts": True,
    }
    asked = Asked(V3_1, fields)
    rows = {row.about: row for row in asked.presenter.beliefs(asked.run)["TS"]}
    l2 = rows["vmcs02, by L0"]
    assert (l2.who, l2.runs) == ("L2", True)
    assert l2.cells[1:5] == (True, True, True, False)
    assert rows["vmcs01, by L0"].cells[4] is None


@pytest.mark.parametrize(
    ("field", "table", "by_code"),
    [
        ("host.cpu.cr0.ts", "L0", True),
        ("vcpu.vmcs12.cr0_mask.ts", "L1", True),
        ("contract.cpu.cr0.ts", "promised", False),
        ("access.executed", "observed", False),
    ],
)
def test_fields_are_in_the_table_of_whose_view_they_are(
    field: str, table: str, by_code: bool
) -> None:
    picture = Presenter(V3_1).picture()
    assert not picture.problem
    assert picture.table_of[field] == table
    assert {each.name: each.by_code for each in picture.tables}[table] is by_code


def test_choices_belong_to_whoever_makes_them() -> None:
    asked = Asked(LAZY_V3_4, {})
    function = next(step.function for step in LAZY_V3_4.actions if step.name == "schedule")
    asked.taken = Taken(asked.taken.values, Call(function, 1), None)
    assert asked.act().by == "the scheduler"
