"""Executions of a nested KVM as programs: what L1 and L2 do in them, and nothing of L0.

A model's guest may do anything next; a program's L2 goes on at its next instruction, and leaves
for L1 by VMCALL after its last. What a program cannot do is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.numbers import BITS, NM_INFORMATION, POSITIONS
from nestproof.models.x86.outcome import Outcome
from verifier.execution.execution import Execution
from verifier.lab.encodings import Form, Issued
from verifier.lab.forms import form
from verifier.lab.layout import (
    CR0_RUNNING,
    PRIMARY_CONTROLS,
    RESULT_COUNT,
    TPR_SHADOW,
    VIRTUAL_APIC_PAGE,
    Field,
)
from verifier.lab.programs import L1, L2, Act, Program, Write
from verifier.lab.setup import NotExpressible
from verifier.language.plain_values import shown

FORMS: dict[Instruction, tuple[str, ...]] = {
    Instruction.X87: ("FNOP", "FINCSTP", "FFREE"),
    Instruction.WAIT: ("WAIT",),
    Instruction.MMX: ("EMMS", "PXOR mm"),
    Instruction.SSE: ("XORPS", "PXOR xmm", "STMXCSR"),
    Instruction.AVX: ("VXORPS", "VZEROUPPER"),
    Instruction.FXSAVE: ("FXSAVE", "FXRSTOR"),
    Instruction.XSAVE: ("XSAVE", "XRSTOR"),
    Instruction.XSAVES: ("XSAVES",),
    Instruction.NONLAZY: ("XGETBV",),
    Instruction.EXEMPT: ("PAUSE", "MFENCE", "POPCNT"),
    Instruction.CLTS: ("CLTS",),
    Instruction.LMSW: ("LMSW RCX", "LMSW m16", "LMSW R9"),
    Instruction.SMSW: ("SMSW r64", "SMSW r32", "SMSW m16"),
    Instruction.MOV_TO_CR0: ("MOV CR0, RAX", "MOV CR0, R9"),
    Instruction.MOV_FROM_CR0: ("MOV RAX, CR0", "MOV R9, CR0"),
}
"""The forms of each class of instructions; LMSW from a register that is not RAX."""
REFUSALS = ((Field.TPR_THRESHOLD, 0x10), (Field.TPR_THRESHOLD, 1 << 31), (Field.TPR_THRESHOLD, 1))
"""Controls that KVM does not check and the hardware refuses, with the TPR shadow."""
L1_WRITES = ("mask", "shadow", "guest_cr0", "host_cr0", "bitmap", "injects")
OF_L0 = {
    *("kvm_run", "kvm_run_returns", "check_requests", "vcpu_enter_guest", "handle_exit"),
    *("external_interrupt", "preempt", "resume", "interrupt_uses_fpu", "process_uses_fpu"),
    *("other_fpu_instruction", "vmm_fpu_instruction", "interrupt_in_fpregs_lock"),
}
"""Steps of the host and of KVM, which no program asks for."""
VMCS12 = "vcpu.vmcs12"
LOW_BITS, WP = 0xF, 1 << 16
"""What guest instructions of the models choose of CR0, and the bit that one step clears."""

STEPS_OF_WP = {"guest_clears_wp", "l1_programs_wp"}
KNOWN = L1(tuple(Issued(form("MOV CR0, RAX"), value) for value in (CR0_RUNNING ^ 2, CR0_RUNNING)))
"""KVM sees a change of MP, which it never leaves to a guest, and with it all of L1's CR0: also the
bits that it leaves to L1, of which it may remember what an earlier program has set."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Transcript:
    """The programs of an execution, which differ in forms and refusals, not in what they show."""

    programs: tuple[Program, ...]
    left_out: tuple[str, ...]
    """The host's steps, which happen on a machine or not."""


def transcribed(execution: Execution) -> Transcript:
    """An execution as programs; NotExpressible, with the reason, where there is none."""
    system = execution.system
    if not (isinstance(system.initial, Kvm) and system.initial.vcpu.nested):
        raise NotExpressible(f"`{system.name}` is not a nested KVM")
    paths = [leaf.path for leaf in system.layout.leaves]
    states = [dict(zip(paths, values, strict=True)) for values in execution.states]
    refused = any(not state[f"{VMCS12}.controls_valid"] for state in states)
    count = max(map(len, FORMS.values()))
    programs = dict[Program, None]()
    variants = product(range(count), REFUSALS if refused else REFUSALS[:1], (False, True))
    for number, refusal, probed in variants:
        reading = _Reading(number, refusal)
        reading.done += [KNOWN] * (not STEPS_OF_WP.isdisjoint(s.name for s, _ in execution.moves))
        moves = zip(execution.moves, states, states[1:], strict=False)
        for (step, choices), before, after in moves:
            reading.take(step.name, choices, before, after)
        programs[Program(tuple(reading.acts(probed)))] = None
    return Transcript(tuple(programs), tuple(dict.fromkeys(_of_host(execution))))


def _of_host(execution: Execution) -> Iterator[str]:
    for step, _ in execution.moves:
        if step.name in OF_L0 and step.name not in ("check_requests", "handle_exit", "kvm_run"):
            if step.name != "vcpu_enter_guest":
                yield step.name


@dataclass
class _Reading:
    """Steps of an execution, read one after the other."""

    number: int
    refusal: tuple[int, int]
    done: list[Act] = field(default_factory=list)
    code: list[Issued] = field(default_factory=list)
    """Of whoever runs."""
    in_l2: bool = False
    ended: bool = False
    """Whether L2 has taken a fault: its handler leaves for L1."""
    reads: int = 0

    def acts(self, probed: bool) -> Iterator[Act]:
        """The program; `probed`, who runs at the end reads CR0 and uses the FPU."""
        if probed and not self.ended and self.reads < RESULT_COUNT:
            reader = form(FORMS[Instruction.MOV_FROM_CR0][0])
            self.code += [Issued(reader, slot=self.reads), Issued(form("FNOP"))]
        self._close()
        return iter(self.done)

    def take(self, name: str, choices: Values, before: Values, after: Values) -> None:
        """One more step."""
        if name == "guest_instruction":
            self._instruction(choices["instruction"], _operand(choices), after)
        elif name == "guest_clears_wp":
            self._instruction(Instruction.MOV_TO_CR0, _operand(choices) & ~WP, after)
        elif name == "l1_launches_l2":
            self._close()
            self.in_l2, self.ended = True, False
        elif name.startswith("l1_programs"):
            self._close()
            self.done.append(Write(tuple(self._written(before, after))))
        elif name not in OF_L0:
            raise NotExpressible(f"a program cannot make `{name}` happen")
        if name == "handle_exit" and not after["vcpu.guest_mode"] and self.in_l2:
            if before["vcpu.guest_mode"] or after["vcpu.phase"] is Phase.LOOP:
                self._close()

    def _close(self) -> None:
        """The code that has run so far is an act."""
        code = tuple(self.code)
        if self.in_l2:
            self.done.append(L2(code))
        elif code:
            self.done.append(L1(code))
        self.code, self.in_l2, self.reads = [], False, 0

    def _instruction(self, instruction: Instruction, operand: int, after: Values) -> None:
        if self.ended and self.in_l2:
            raise NotExpressible("L2 goes on after a fault of its own")
        one = self._form(instruction)
        slot = self.reads if one.reads else 0
        self.reads += one.reads
        if self.reads > RESULT_COUNT:
            raise NotExpressible(f"more than {RESULT_COUNT} reads of CR0 in one turn")
        self.code.append(Issued(one, operand if one.takes else 0, slot))
        if not self.in_l2 and after["outcome.outcome"] is not Outcome.DONE:
            self._close()
        left = not after["host.cpu.non_root"]
        self.ended = not left and after["outcome.outcome"] is not Outcome.DONE

    def _form(self, instruction: Instruction) -> Form:
        forms = FORMS.get(instruction)
        if forms is None:
            raise NotExpressible(f"a {shown(instruction)} in 64-bit mode is another instruction")
        return form(forms[self.number % len(forms)])

    def _written(self, before: Values, after: Values) -> Iterator[tuple[int, int]]:
        """What L1 writes; of fields that stay as they are only the four of CR0."""
        for number, name in (
            (Field.GUEST_CR0, "guest_cr0"),
            (Field.HOST_CR0, "host_cr0"),
            (Field.CR0_MASK, "cr0_mask"),
            (Field.CR0_SHADOW, "cr0_shadow"),
        ):
            yield number, _number(after, f"{VMCS12}.{name}")
        yield Field.EXCEPTION_BITMAP, after[f"{VMCS12}.exception_bitmap_nm"] << 7
        injects = after[f"{VMCS12}.entry_injects_nm"]
        if injects or before[f"{VMCS12}.entry_injects_nm"]:
            yield Field.ENTRY_INTERRUPTION, NM_INFORMATION * injects
        valid = after[f"{VMCS12}.controls_valid"]
        if valid != before[f"{VMCS12}.controls_valid"]:
            yield Field.PRIMARY_CONTROLS, PRIMARY_CONTROLS | TPR_SHADOW * (not valid)
            yield Field.VIRTUAL_APIC_ADDRESS, VIRTUAL_APIC_PAGE
            control, value = self.refusal
            yield control, 0 if valid else value


def _operand(choices: Values) -> int:
    """The source of an instruction, of which a step chooses some bits."""
    low = (bool(choices.get(name, True)) << POSITIONS[name] for name in BITS[:4])
    return CR0_RUNNING & ~LOW_BITS | sum(low)


def _number(state: Values, record: str) -> int:
    return sum(bool(state[f"{record}.{name}"]) << at for name, at in POSITIONS.items())
