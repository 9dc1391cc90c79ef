"""What models/x86 predicts for a program: the same fields that the payload reports.

It knows where the model's answers are in an outcome. Which instruction does what, it asks the
model. What the model does not have is refused, never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.numbers import (
    BITS,
    EXIT_REASONS,
    POSITIONS,
    cr0_of,
    exit_qualification,
)
from nestproof.models.x86.outcome import Outcome as Became
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Location, Vmcs
from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.forms import Issued
from verifier.lab.image import Facts
from verifier.lab.layout import NOWHERE, RESULT_COUNT, UNWRITTEN, VALID
from verifier.lab.lockstep import Execution, Lockstep, Move, Seen
from verifier.lab.outcomes import NO_VECTOR, Status
from verifier.lab.programs import L1, L2, Program, Read, Resume, Write, code_of
from verifier.lab.setup import DEFINED, VMCS, NotExpressible, NotOffered, Setup

Predicted = dict[str, Any]
"""Fields of an outcome that the model decides; the others are not compared."""

VECTORS = {Became.UD: 6, Became.NM: 7, Became.GP: 13, Became.OPERAND: 14, Became.MF: 16}
WITH_ERROR_CODE = (13, 14)
VMCALL = 18
LOW_WORD = 0xFFFF
LANES = 16384
"""Programs side by side."""


@dataclass(frozen=True)
class Prediction:
    """For each act that runs code; or why there is none."""

    acts: tuple[Predicted, ...] = ()
    missing: str = ""
    offered: bool = True


def predictions(
    compiled: TransitionSystem, programs: Sequence[Program], facts: Facts
) -> Iterator[Prediction]:
    """What the model predicts of each program on a processor."""
    lockstep = Lockstep(compiled, WATCHED)
    for place in range(0, len(programs), LANES):
        block = programs[place : place + LANES]
        yield from lockstep.run([_prediction(program, facts) for program in block])


def _prediction(program: Program, facts: Facts) -> Execution[Prediction]:
    try:
        acts = yield from _Run(program, facts).acts()
        return Prediction(tuple(acts))
    except NotExpressible as why:
        return Prediction(missing=str(why))
    except NotOffered as why:
        return Prediction(missing=str(why), offered=False)


def _paths(record: str) -> list[str]:
    return [f"{record}.{name}" for name in BITS]


RECORDS = ("cpu.cr0", "read", f"{VMCS}.guest_cr0", f"{VMCS}.exit_operand")
WATCHED = [
    *(path for record in RECORDS for path in _paths(record)),
    *(f"{VMCS}.{name}" for name in ("exit_reason", "exit_access", "exit_location")),
    f"{VMCS}.entry_injects_nm",
    "cpu.non_root",
    "outcome",
    "runs",
]


def _number(seen: Seen, record: str) -> int:
    places = zip(BITS, POSITIONS.values(), strict=True)
    return sum(seen[f"{record}.{name}"] << at for name, at in places)


@dataclass
class _Code:
    """Code that is being executed: how far, and what it has stored."""

    issued: tuple[Issued, ...]
    number: int
    inside: bool = False
    """Whether it goes on at the instruction itself, behind what prepares its operand."""
    results: list[int] = field(default_factory=lambda: [UNWRITTEN] * RESULT_COUNT)

    @property
    def place(self) -> int:
        """Where the next instruction is, or the end."""
        before = len(code_of(self.issued[: self.number]))
        if self.number == len(self.issued):
            return before
        return before + self.issued[self.number].form.start

    def store(self, seen: Seen) -> None:
        """What the instruction that has completed stores."""
        one = self.issued[self.number]
        if one.form.reads:
            word, ones = _number(seen, "read"), (1 << one.form.width) - 1
            before = self.results[one.slot] if one.form.location is Location.MEMORY else -1
            rest = 0 if one.form.width == 32 else before & ~ones & 0xFFFFFFFFFFFFFFFF
            self.results[one.slot] = rest | word & ones
        self.number += 1


class _Run:
    """A program on the bench, act by act."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self._program, self._facts = program, facts
        self._setup = Setup(facts, program.user)
        self._error = self._image = False
        """Whether an x87 error may be pending, and whether one may be in an image of the FPU."""
        self._left: _Code | None = None
        """The code whose instruction has made L2 leave by a VM exit."""

    def acts(self) -> Execution[list[Predicted]]:
        """What becomes of the acts that are reported."""
        found = []
        for act in self._program.acts:
            match act:
                case Write(fields):
                    self._setup.write(fields)
                case Read():
                    raise NotExpressible("what L1 reads from the VMCS is not predicted")
                case L1(code):
                    found.append((yield from self._l1(_Code(code, 0))))
                case L2(code):
                    found.append((yield from self._l2(_Code(code, 0))))
                case Resume(skip):
                    found.append((yield from self._l2(self._resumed(skip))))
        return found

    def _resumed(self, skip: int) -> _Code:
        """L2's code, going on at the instruction by which L2 has left, or behind it."""
        left = self._left
        if left is None:
            raise NotExpressible("L2 goes on where no instruction of its has left it")
        one = left.issued[left.number]
        if skip == 0:
            return _Code(left.issued, left.number, inside=True)
        if skip == one.form.end - one.form.start and not one.form.reads:
            return _Code(left.issued, left.number + 1)
        raise NotExpressible("L2 goes on in the middle of its code")

    def _l1(self, code: _Code) -> Execution[Predicted]:
        seen = yield Move("begin", assigned=self._setup.for_l1())
        seen = yield from self._executed(code, seen, guest=False)
        found = {"cr0": _number(seen, "cpu.cr0"), "results": tuple(code.results)}
        if seen["runs"]:
            return found | {"status": Status.ENDED, "vector": NO_VECTOR}
        return found | {"status": Status.FAULT_IN_L1} | _fault(seen["outcome"], code.place)

    def _l2(self, code: _Code) -> Execution[Predicted]:
        self._left = None
        entered = seen = yield Move("enter", assigned=self._setup.for_l2())
        if seen["outcome"] is Became.VMFAIL:
            return _registers(seen) | {"status": Status.VMFAIL_VALID}
        if seen["runs"]:
            seen = yield from self._executed(code, seen, guest=True)
        became, exited = seen["outcome"], not seen["cpu.non_root"]
        results = {"results": tuple(code.results)}
        if exited:
            found = _exit(seen) | results
            if entered["outcome"] is Became.DONE:
                self._left = code
                found |= {"rip": code.place}
                found["qualification"] |= _source(seen, code.issued[code.number])
            return found
        seen = yield Move("leave")
        found = {"status": Status.ENDED, "exit_reason": VMCALL, **_registers(seen), **results}
        if became is Became.DONE:
            return found | {"vector": NO_VECTOR, "rip": code.place}
        injected = entered["outcome"] is Became.NM
        at = _place_of_entry(code) if injected else code.place
        return found | _fault(became, at)

    def _executed(self, code: _Code, seen: Seen, guest: bool) -> Execution[Seen]:
        """The last state seen, and `code` at the instruction that has not completed."""
        while seen["runs"] and code.number < len(code.issued):
            one = code.issued[code.number]
            self._require(one, guest)
            seen = yield _issue(one, self._setup.rest())
            if seen["runs"]:
                self._affect(one)
                code.store(seen)
        return seen

    def _require(self, one: Issued, guest: bool) -> None:
        """Refuse what the processor or the model does not have."""
        form = one.form
        if form.needs and form.needs not in self._facts:
            raise NotOffered(form.needs)
        if form.effect in ("error", "xcr0") and guest:
            raise NotExpressible(f"{form.name} is for L1")
        if form.effect == "xcr0" and one.operand not in (1, 3, 7):
            raise NotExpressible(f"the model has no XCR0 {one.operand:#x}")
        if form.effect == "loads" and (self._error or self._image):
            raise NotExpressible(f"{form.name} near a pending x87 error")

    def _affect(self, one: Issued) -> None:
        """Pending errors and XCR0, which the model takes from its surroundings."""
        match one.form.effect:
            case "error" | "clears" as effect:
                self._error = effect == "error"
                self._setup.note("cpu.x87_error_pending", self._error)
            case "xcr0":
                self._setup.note("cpu.xcr0_ok", one.operand & 6 == 6)
        self._image |= self._error


@lru_cache(maxsize=65536)
def _issue(one: Issued, assigned: tuple[tuple[str, Any], ...]) -> Move:
    kind = one.form.instruction
    if isinstance(kind, SpecialClass):
        return Move("issue_special", (("kind", kind),), assigned)
    operand = one.operand
    if kind is Instruction.LMSW:
        operand &= LOW_WORD & DEFINED  # its other bits are reserved and ignored
    elif operand & ~DEFINED:
        raise NotExpressible(f"the model has no bits {operand & ~DEFINED:#x} of CR0")
    bits = tuple((name, bool(operand >> at & 1)) for name, at in POSITIONS.items())
    chosen = (("instruction", kind), ("location", one.form.location), *bits)
    return Move("issue", chosen, assigned)


def _place_of_entry(code: _Code) -> int:
    """Where L2 is entered: an instruction that it has left, or the beginning of one."""
    if code.inside:
        return code.place
    return len(code_of(code.issued[: code.number]))


def _fault(became: Became, place: int) -> Predicted:
    return {"vector": VECTORS[became], "pushed_rip": place}


def _registers(seen: Seen) -> Predicted:
    """CR0 of L1 and L2 once L1 runs again, and whether an event is still to be injected."""
    return {
        "cr0": _number(seen, "cpu.cr0"),
        "guest_cr0": _number(seen, f"{VMCS}.guest_cr0"),
        "injects": seen[f"{VMCS}.entry_injects_nm"],
    }


def _exit(seen: Seen) -> Predicted:
    """A VM exit, as L1 finds it in the VMCS."""
    reason = seen[f"{VMCS}.exit_reason"]
    found = _registers(seen) | {"status": Status.ENDED, "vector": NO_VECTOR}
    found["exit_reason"] = EXIT_REASONS[reason]
    found["qualification"] = _qualification(
        reason,
        seen[f"{VMCS}.exit_access"],
        _number(seen, f"{VMCS}.exit_operand"),
        seen[f"{VMCS}.exit_location"],
    )
    if reason is ExitReason.EXCEPTION_NM:
        vector = VECTORS.get(seen["outcome"], 7)
        found["interruption"] = VALID | 3 << 8 | vector | (vector in WITH_ERROR_CODE) << 11
        if seen["outcome"] is Became.OPERAND:
            found["qualification"] = NOWHERE
    return found


@lru_cache(maxsize=4096)
def _qualification(reason: ExitReason, access: CrAccess, operand: int, location: Location) -> int:
    vmcs = Vmcs(
        exit_reason=reason,
        exit_access=access,
        exit_operand=cr0_of(operand),
        exit_location=location,
    )
    return exit_qualification(vmcs)


def _source(seen: Seen, one: Issued) -> int:
    """Of LMSW's source data the bits that mean nothing to the model."""
    if seen[f"{VMCS}.exit_reason"] is not ExitReason.CR_ACCESS:
        return 0
    if one.form.instruction is not Instruction.LMSW:
        return 0
    return (one.operand & LOW_WORD & ~0xF) << 16
