"""Programs on the model of a KVM: what L1 and L2 ask for is what KVM's own steps come to.

The bench, models/kvm/bench.py, has the steps of KVM as the catalogue's systems have them; here
they are taken one after the other until a guest runs again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from nestproof.models.kvm.bench import STEPS, on_bench
from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.numbers import BITS
from nestproof.models.x86.outcome import Outcome as Became
from nestproof.models.x86.vmcs import CrAccess, ExitReason
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.answers import Seen, found_after, number_at
from verifier.lab.image import Facts
from verifier.lab.layout import Field
from verifier.lab.lockstep import Execution, Lockstep, Move
from verifier.lab.prediction import LANES, Prediction, prediction
from verifier.lab.programs import Program, Write
from verifier.lab.setup import VMCS, Assigned, NotExpressible
from verifier.language import System

CPU, VMCS01, VMCS02, VMCS12 = (
    "host.cpu",
    "host.cpu.vmcss[VMCS01]",
    "host.cpu.vmcss[VMCS02]",
    "vcpu.vmcs12",
)
ARBITRARY = (
    *(f"{VMCS12}.*", "intercepts.*", f"{CPU}.cr4.*", f"{CPU}.cpl0", f"{CPU}.mode"),
    *(f"{CPU}.xcr0_ok", f"{CPU}.x87_error_pending", f"{VMCS02}.enable_xsaves"),
)
"""What programs set."""
SAME = ("cpu.cr0", "cpu.cr0_fixed0", "cpu.cr0_fixed1", "cpu.vmxon", f"{VMCS}.unrestricted_guest")
"""What the bench of models/x86 is given and a running KVM has: L1 is in VMX operation."""
RECORDS = (f"{CPU}.cr0", "read", f"{VMCS12}.guest_cr0", f"{VMCS12}.exit_operand")
L1_READS = (f"{VMCS01}.cr0_mask", f"{VMCS01}.cr0_shadow")
EXITS = (f"{VMCS12}.exit_reason", f"{VMCS12}.exit_access", f"{VMCS02}.exit_location")
FLAGS = (f"{VMCS12}.entry_injects_nm", f"{VMCS02}.entry_injects_nm", "vcpu.guest_mode")
STATES = ("became", "handled", "vcpu.phase", f"{CPU}.non_root")
WATCHED = [
    *(f"{record}.{name}" for record in (*RECORDS, *L1_READS) for name in BITS),
    *(*EXITS, *FLAGS, *STATES),
]
IN_MEMORY = (Location.MEMORY, Location.FAULTING_MEMORY)
NEXT = {
    Phase.USER: Move("kvm_run"),
    Phase.LOOP: Move("check_requests"),
    Phase.READY: Move("vcpu_enter_guest", (("called_off", False),)),
    Phase.EXITED: Move("handle"),
}
"""What KVM does where no guest runs."""
NAMES = {"enter": "issue_vmx", "leave": "issue_vmx"}
FIXED = {
    **dict.fromkeys((f"{VMCS}.host_cr0.{name}" for name in ("pe", "ne", "pg")), True),
    **dict.fromkeys((f"{VMCS}.guest_cr0.{name}" for name in ("pe", "pg")), True),
    "cpu.cr4.umip": False,
}
"""What has one value in the model of KVM: PE, NE and PG, and UMIP, which KVM emulates."""
MOST = 64
"""Steps of KVM until a guest runs again."""

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Stage:
    """KVM after a step, and the same as L1 and L2 see it."""

    in_guest: bool
    phase: Phase
    handled: Handled
    injects: bool
    """Whether the VM entry that was made last delivers an event."""
    seen: Seen


def stage_of(fields: Mapping[str, Any]) -> Stage:
    """The view of the bench's fields."""
    real, read, guest_cr0, operand = (number_at(fields, record) for record in RECORDS)
    mask, shadow = (number_at(fields, record) for record in L1_READS)
    cr0 = real & ~mask | shadow & mask
    registers = {"cr0": cr0, "guest_cr0": guest_cr0, "injects": fields[FLAGS[0]]}
    reason, access, location = (fields[path] for path in EXITS)
    if access is not CrAccess.LMSW and location in IN_MEMORY:
        location = Location.RAX  # of an exit that KVM handles; VMCS12 has an earlier one
    became = fields["became"]
    return Stage(
        in_guest=fields[f"{CPU}.non_root"],
        phase=fields["vcpu.phase"],
        handled=fields["handled"],
        injects=fields[FLAGS[1]],
        seen=Seen(
            non_root=fields["vcpu.guest_mode"],
            outcome=became,
            read=read,
            cr0=cr0,
            shows_source=reason is ExitReason.CR_ACCESS,
            registers=registers,
            exit=found_after(registers, became, reason, access, operand, location),
        ),
    )


def on_kvm(asking: Execution[Seen, Result]) -> Execution[Stage, Result]:
    """An execution on the bench of models/x86, with a KVM in between."""
    stage = yield from _until_a_guest_runs((yield NEXT[Phase.USER]))
    seen: Seen | None = None
    while True:
        try:
            asked = asking.send(seen)  # type: ignore[arg-type]
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        _require(asked, l2=stage.seen.non_root)
        move = Move(NAMES.get(asked.step, asked.step), asked.choices, _on_kvm(asked.assigned))
        stage = yield from _until_a_guest_runs((yield move))
        while stage.handled is Handled.RESUMED:
            stage = yield from _until_a_guest_runs((yield replaced(move)))
        seen = stage.seen
        if asked.step == "enter" and seen.non_root:
            seen = replace(seen, outcome=Became.NM if stage.injects else Became.DONE)


def _require(asked: Move, l2: bool) -> None:
    """Refuse what the models of KVM leave out."""
    for path, value in asked.assigned:
        if FIXED.get(path, value) != value:
            name = path.removeprefix(f"{VMCS}.").removeprefix("cpu.").upper()
            raise NotExpressible(f"the models of KVM have no {name} of {int(value)}")
    chosen = dict(asked.choices)
    if chosen.get("instruction") is Instruction.MOV_TO_CR0:
        for name in ("ne", "pg") if l2 else ("et", "ne", "pg"):
            if not chosen[name]:
                raise NotExpressible(f"the models of KVM have no MOV to CR0 without {name.upper()}")


def replaced(move: Move) -> Move:
    """The same once more, without what was set before it."""
    return Move(move.step, move.choices)


def _until_a_guest_runs(stage: Stage) -> Execution[Stage, Stage]:
    handled = Handled.NOTHING
    for _ in range(MOST):
        if stage.in_guest:
            return replace(stage, handled=handled)
        asked = NEXT[stage.phase]
        stage = yield asked
        handled = stage.handled if asked.step == "handle" else handled
        if handled is Handled.KILLED:
            raise NotExpressible("KVM gives the guest up")
    raise NotExpressible("KVM does not come back to a guest")


@lru_cache(maxsize=65536)
def _on_kvm(assigned: Assigned) -> Assigned:
    return tuple(_renamed(assigned))


def _renamed(assigned: Assigned) -> Iterator[tuple[str, Any]]:
    for path, value in assigned:
        record, _, name = path.rpartition(".")
        if record in SAME or path in SAME:
            continue
        if name == "enable_xsaves":
            yield f"{VMCS02}.{name}", value
        elif path.startswith(VMCS):
            yield VMCS12 + path.removeprefix(VMCS), value
        elif path.startswith("cpu."):
            yield f"host.{path}", value
        else:
            yield path, value


def kvm_bench(system: System) -> TransitionSystem:
    """The circuit of a system's KVM on the bench, compared with plain Python."""
    if system.initial.vcpu.era.lazy:
        raise NotExpressible("the lab has no machine with a KVM that switches lazily")
    start = on_bench(system.initial)
    bench = System(f"{system.name} on a bench", start, STEPS, arbitrary=ARBITRARY, may_end=True)
    return compile_compared(bench, ())


def kvm_predictions(
    compiled: TransitionSystem, programs: Sequence[Program], facts: Facts
) -> Iterator[Prediction]:
    """What the model of a KVM predicts of each program in a machine with such a processor."""
    lockstep = Lockstep(compiled, WATCHED, stage_of)
    for place in range(0, len(programs), LANES):
        block = programs[place : place + LANES]
        yield from lockstep.run([_guarded(each, facts) for each in block])


def _guarded(program: Program, facts: Facts) -> Execution[Stage, Prediction]:
    try:
        for act in program.acts:
            for field, value in act.fields if isinstance(act, Write) else ():
                if field == Field.CR3_TARGET_COUNT and value > facts.cr3_targets:
                    raise NotExpressible("KVM itself refuses a CR3-target count, in no model")
        return (yield from on_kvm(prediction(program, facts)))
    except NotExpressible as why:
        return Prediction(missing=str(why))
