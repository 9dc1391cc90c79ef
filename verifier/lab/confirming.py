"""A counterexample on running machines: whether a real KVM does as its model says.

The programs of the counterexample run on a bare machine, which stands for the processor, and as a
guest of a real KVM on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any

from verifier.compiler.transition_system import TransitionSystem
from verifier.execution.execution import Execution
from verifier.lab.judge import actual_of, differences, runs
from verifier.lab.lockstep import bench
from verifier.lab.machines import Machines
from verifier.lab.on_kvm import kvm_bench, kvm_predictions
from verifier.lab.outcomes import Reported
from verifier.lab.prediction import Prediction, predictions
from verifier.lab.programs import Program
from verifier.lab.recording import Header, Recording
from verifier.lab.setup import NotExpressible
from verifier.lab.transcribing import Transcript, transcribed
from verifier.language import System


class Finding(Enum):
    """What the machines say of a counterexample; by the exit code that it means."""

    CONFIRMED = 0
    REFUTED = 1


@dataclass(frozen=True)
class Row:
    """A field of an act's outcome: by both models, and as it was on both machines."""

    act: int
    field: str
    expected: Any
    """On the processor, by models/x86, or by the other system that is compared with; None where a
    model does not decide it."""
    processor: Any
    modelled: Any
    real: Any


@dataclass(frozen=True)
class Case:
    """One program, and in which of its fields models or machines differ."""

    program: Program
    processor_as_expected: bool
    as_modelled: bool
    as_expected: bool
    """Whether the real KVM does as the processor should, or as the other system says."""
    rows: tuple[Row, ...]

    @property
    def finding(self) -> Finding:
        good = self.processor_as_expected and self.as_modelled and not self.as_expected
        return Finding.CONFIRMED if good else Finding.REFUTED


@dataclass(frozen=True)
class Claim:
    """An execution of a nested KVM, and the system that it is compared with if not the manual's."""

    about: str
    execution: Execution
    other: System | None = None


@dataclass(frozen=True)
class Confirmation:
    """What one KVM does with the programs of a claim."""

    claim: Claim
    bare: Header
    real: Header
    cases: Sequence[Case]
    left_out: Sequence[str]
    """The host's steps, which happen on a machine or not."""

    @property
    def finding(self) -> Finding:
        good = all(case.finding is Finding.CONFIRMED for case in self.cases)
        return Finding.CONFIRMED if good else Finding.REFUTED


@dataclass(frozen=True)
class Impossible:
    """A claim that no program can show, with the reason."""

    about: str
    reason: str


def confirmed(
    claims: Sequence[Claim], machines: Machines, stored: Callable[[Recording], None]
) -> Iterator[Confirmation | Impossible]:
    """What machines say of claims, which they all try in one run each; `stored` sees the runs."""
    transcripts, judges = dict[str, Transcript](), dict[str, Judge]()
    for claim in claims:
        try:
            transcripts[claim.about] = transcribed(claim.execution)
            judges[claim.about] = Judge.of(claim)
        except NotExpressible as why:
            yield Impossible(claim.about, str(why))
    left = [claim for claim in claims if claim.about in judges]
    if not left:
        return
    some = [transcripts[claim.about].programs for claim in left]
    bare = machines.bare(list(dict.fromkeys(chain.from_iterable(some))))
    stored(bare)
    shown = dict[str, list[Program]]()
    for claim in left:
        try:
            shown[claim.about] = judges[claim.about].showing(transcripts[claim.about], bare)
        except NotExpressible as why:
            yield Impossible(claim.about, str(why))
    programs = list(dict.fromkeys(program for some in shown.values() for program in some))
    for real in machines.real(programs) if programs else ():
        stored(real)
        for claim in left:
            if claim.about in shown:
                cases = tuple(judges[claim.about].cases(shown[claim.about], bare, real))
                left_out = transcripts[claim.about].left_out
                yield Confirmation(claim, bare.header, real.header, cases, left_out)


@dataclass(frozen=True)
class Judge:
    """The models that programs are judged by; `other` where the claim is that two of them differ.

    Then the processor has no part in it.
    """

    model: TransitionSystem
    other: TransitionSystem | None = None

    @classmethod
    def of(cls, claim: Claim) -> Judge:
        """Compiles what is compared."""
        other = None if claim.other is None else kvm_bench(claim.other)
        return cls(kvm_bench(claim.execution.system), other)

    def showing(self, transcript: Transcript, bare: Recording) -> list[Program]:
        """The programs in which the model departs from what it is compared with."""
        programs, found = transcript.programs, []
        expecting, modelling = self._expected(programs, bare), self._modelled(programs, bare)
        for program, expected, modelled in zip(programs, expecting, modelling, strict=True):
            for each in (expected, modelled):
                if each.missing:
                    raise NotExpressible(each.missing)
            if expected.acts != modelled.acts:
                found.append(program)
        if not found:
            with_host = f" without {', '.join(transcript.left_out)}" if transcript.left_out else ""
            raise NotExpressible(f"both do the same in what a program can do{with_host}")
        return found

    def cases(
        self, programs: Sequence[Program], bare: Recording, real: Recording
    ) -> Iterator[Case]:
        """Programs, judged by the recordings that have them."""
        on_bare, on_kvm = _outcomes(bare), _outcomes(real)
        rows = zip(
            programs,
            self._expected(programs, bare),
            self._expected(programs, real),
            self._modelled(programs, real),
            strict=True,
        )
        for program, of_bare, expected, modelled in rows:
            processor, outcome = on_bare[program], on_kvm[program]
            yield Case(
                program,
                self.other is not None or not differences(of_bare, processor),
                not differences(modelled, outcome),
                not differences(expected, outcome),
                tuple(_rows(expected, processor, modelled, outcome)),
            )

    def _expected(self, programs: Sequence[Program], on: Recording) -> Iterator[Prediction]:
        if self.other is not None:
            return kvm_predictions(self.other, programs, on.facts)
        return predictions(bench(), programs, on.facts)

    def _modelled(self, programs: Sequence[Program], on: Recording) -> Iterator[Prediction]:
        return kvm_predictions(self.model, programs, on.facts)


def _outcomes(recording: Recording) -> dict[Program, list[Reported]]:
    return dict(zip(recording.programs, recording.outcomes, strict=True))


def _rows(
    expected: Prediction,
    processor: Sequence[Reported],
    modelled: Prediction,
    real: Sequence[Reported],
) -> Iterator[Row]:
    acts = zip(expected.acts, runs(processor), modelled.acts, runs(real), strict=True)
    for number, (should, on_bare, says, does) in enumerate(acts):
        for name in dict.fromkeys((*should, *says)):
            known = [each[name] for each in (should, says) if name in each]
            actual = actual_of(on_bare, name), actual_of(does, name)
            if len({*known, *actual}) > 1:
                yield Row(number, name, should.get(name), actual[0], says.get(name), actual[1])
