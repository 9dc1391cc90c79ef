"""What models/x86 predicts for a program: the same fields that the payload reports.

It knows where the model's answers are in an outcome. Which instruction does what, it asks the
model. What the model does not have is refused, never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.numbers import POSITIONS
from nestproof.models.x86.outcome import Outcome as Became
from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.answers import VECTORS, Predicted, Seen
from verifier.lab.code import NO_RESULTS, Code, Parked
from verifier.lab.encodings import Issued, Unmodelled
from verifier.lab.extensions import EXTENSIONS
from verifier.lab.image import Facts
from verifier.lab.lockstep import Execution, Lockstep, Move
from verifier.lab.outcomes import NO_VECTOR, Status
from verifier.lab.programs import L1, L2, Program, Read, Resume, Write
from verifier.lab.register_contents import Registers
from verifier.lab.setup import DEFINED, Assigned, NotExpressible, NotOffered

LOW_WORD = 0xFFFF
Results = tuple[int | None, ...]
"""None is anything."""
LANES = 4096
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
    """What the model predicts of each program on a processor; all are for the same extension."""
    if not programs:
        return
    extension = EXTENSIONS[programs[0].machine]
    lockstep = Lockstep(compiled, extension.watched, extension.view)
    for place in range(0, len(programs), LANES):
        block = programs[place : place + LANES]
        yield from lockstep.run([prediction(program, facts) for program in block])


def prediction(program: Program, facts: Facts) -> Execution[Seen, Prediction]:
    """What becomes of a program, on a bench that it asks for steps."""
    try:
        acts = yield from _Run(program, facts).acts()
        return Prediction(tuple(acts))
    except NotExpressible as why:
        return Prediction(missing=str(why))
    except NotOffered as why:
        return Prediction(missing=str(why), offered=False)


class _Run:
    """A program on the bench, act by act."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self._program, self._facts = program, facts
        self._extension = EXTENSIONS[program.machine]
        self._setup = self._extension.setup(facts, program.user)
        self._registers = Registers()
        self._error = self._image = self._compacted = False
        """Whether an x87 error may be pending or in an image, and whether XRSTORS finds one."""
        self._left: Code | Parked | None = None
        """Where L2 is."""

    def acts(self) -> Execution[Seen, list[Predicted]]:
        """What becomes of the acts that are reported."""
        found = []
        for act in self._program.acts:
            match act:
                case Write(fields):
                    self._setup.write(fields)
                case Read():
                    raise NotExpressible("what L1 reads from the VMCS is not predicted")
                case L1(code):
                    found.append((yield from self._l1(Code(code, 0))))
                case L2(code):
                    found.append((yield from self._l2(Code(code, 0))))
                case Resume(skip):
                    found.append((yield from self._resumed(skip)))
        return found

    def _resumed(self, skip: int) -> Execution[Seen, Predicted]:
        """L2 goes on where it is, or behind the instruction by which it has left."""
        left = self._left
        if isinstance(left, Parked) and not skip:
            return (yield from self._l2(left))
        if isinstance(left, Code) and not skip:
            return (yield from self._l2(left))
        if isinstance(left, Code) and left.inside:
            one = left.issued[left.number].form
            if skip == one.end - one.start and not one.reads:
                return (yield from self._l2(Code(left.issued, left.number + 1)))
        raise NotExpressible("L2 goes on in the middle of its code")

    def _l1(self, code: Code) -> Execution[Seen, Predicted]:
        if not code.issued:
            return {"status": Status.ENDED, "vector": NO_VECTOR, "results": NO_RESULTS}
        seen = yield from self._executed(code, self._setup.for_l1(), guest=False)
        found = {"cr0": seen.cr0, "results": tuple(code.results)}
        if seen.runs:
            return found | {"status": Status.ENDED, "vector": NO_VECTOR}
        return found | {"status": Status.FAULT_IN_L1} | _fault(seen.outcome, code.place)

    def _l2(self, at: Code | Parked) -> Execution[Seen, Predicted]:
        seen = yield Move("enter", assigned=self._setup.for_l2())
        self._left = at
        if seen.outcome is Became.VMFAIL:
            return seen.registers | {"status": Status.VMFAIL_VALID}
        if seen.outcome is Became.EXIT:
            return seen.exit
        if seen.outcome is Became.NM:
            return (yield from self._parked(_fault(Became.NM, at.entry), NO_RESULTS))
        if isinstance(at, Parked):
            return (yield from self._parked(at.found, NO_RESULTS))
        return (yield from self._l2_code(Code(at.issued, at.number, at.inside)))

    def _l2_code(self, code: Code) -> Execution[Seen, Predicted]:
        ended = {"vector": NO_VECTOR, "rip": code.place}
        if code.number == len(code.issued):
            return (yield from self._parked(ended, NO_RESULTS))
        seen = yield from self._executed(code, (), guest=True)
        results = tuple(code.results)
        if not seen.non_root:
            self._left = Code(code.issued, code.number, inside=True)
            found = seen.exit | {"rip": code.place, "results": results}
            if self._extension.decodes and self._extension.decodes not in self._facts:
                found.pop("qualification", None)
            if seen.shows_source:
                found["qualification"] |= _source(code.issued[code.number])
            return found
        if seen.runs:
            return (yield from self._parked(ended | {"rip": code.place}, results))
        return (yield from self._parked(_fault(seen.outcome, code.place), results))

    def _parked(self, found: Predicted, results: Results) -> Execution[Seen, Predicted]:
        """L2 is at a VMCALL, at the end of its code or in a handler of its own."""
        seen = yield Move("leave")
        self._left = Parked(found)
        ended = {"status": Status.ENDED, "exit_reason": self._extension.leaves, "results": results}
        return {**ended, **seen.registers, **found}

    def _executed(self, code: Code, before: Assigned, guest: bool) -> Execution[Seen, Seen]:
        """The last state seen, and `code` at the instruction that has not completed."""
        while True:
            one = code.issued[code.number]
            self._require(one, guest)
            assigned = before + self._setup.rest()
            seen = yield _issue(one, assigned) if assigned else _plain(one)
            if not seen.runs:
                return seen
            self._affect(one)
            code.store(self._read(one, seen))
            if code.number == len(code.issued):
                return seen
            before = ()

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
        if form.name == "XRSTORS" and self._compacted:
            raise NotExpressible("XRSTORS of what XSAVEC or XSAVES has saved")

    def _read(self, one: Issued, seen: Seen) -> int | None:
        """What it has read; nobody knows how often L0 has given registers up."""
        self._registers.issue(one)
        if one.form.register or one.form.effect == "gives up":
            return self._registers.read(one)
        return seen.read

    def _affect(self, one: Issued) -> None:
        """Pending errors and XCR0, which the model takes from its surroundings."""
        match one.form.effect:
            case "error" | "clears" as effect:
                self._error = effect == "error"
                self._setup.note("cpu.x87_error_pending", self._error)
            case "xcr0":
                self._setup.note("cpu.xcr0_ok", one.operand & 6 == 6)
        self._image |= self._error
        self._compacted |= one.form.effect == "compacts"


@lru_cache(maxsize=65536)
def _plain(one: Issued) -> Move:
    return _issue(one, ())


def _issue(one: Issued, assigned: Assigned) -> Move:
    kind = one.form.instruction
    if isinstance(kind, Unmodelled):
        raise NotExpressible(f"the model has no {kind.value}")
    if isinstance(kind, SpecialClass):
        return Move("issue_special", (("kind", kind),), assigned)
    operand = 0 if one.form.register or one.form.effect == "spins" else one.operand
    if kind is Instruction.LMSW:
        operand &= LOW_WORD & DEFINED  # its other bits are reserved and ignored
    elif operand & ~DEFINED:
        raise NotExpressible(f"the model has no bits {operand & ~DEFINED:#x} of CR0")
    bits = tuple((name, bool(operand >> at & 1)) for name, at in POSITIONS.items())
    chosen = (("instruction", kind), ("location", one.form.location), *bits)
    return Move("issue", chosen, assigned)


def _fault(became: Became, place: int) -> Predicted:
    return {"vector": VECTORS[became], "pushed_rip": place}


def _source(one: Issued) -> int:
    """Of LMSW's source data the bits that mean nothing to the model."""
    if one.form.instruction is not Instruction.LMSW:
        return 0
    return (one.operand & LOW_WORD & ~0xF) << 16
