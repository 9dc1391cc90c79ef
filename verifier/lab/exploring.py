"""Random programs on a real KVM: departures from the processor that no model predicts, made small.

One run of the machine tries all smaller programs of all departures at once, as starting a kernel
takes longer than a thousand programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.departures import departure_of
from verifier.lab.judge import Difference, differences
from verifier.lab.lockstep import bench
from verifier.lab.on_kvm import kvm_predictions
from verifier.lab.outcomes import Reported
from verifier.lab.prediction import Prediction, predictions
from verifier.lab.programs import Program
from verifier.lab.recording import Recording
from verifier.lab.shrinking import size, smaller

MOST = 24
"""Departures that are made smaller, those with the least programs first."""
ROUNDS = 8
"""Runs of the machine in which they are."""

Run = Callable[[Sequence[Program]], Recording]


@dataclass(frozen=True)
class Departed:
    """A program with which a real KVM does what neither the processor nor the model does."""

    program: Program
    from_processor: tuple[Difference, ...]
    from_model: tuple[Difference, ...]
    """None where the model cannot express the program; `missing` is why."""
    missing: str = ""

    @property
    def kind(self) -> tuple[object, ...]:
        """What is equal where two programs show the same thing, as far as one can see."""
        first = self.from_processor[0].act
        fields = tuple(each.field for each in self.from_processor if each.act == first)
        return self.program.name, fields, self.missing


@dataclass
class Explored:
    """What random programs have shown."""

    agree: int = 0
    predicted: int = 0
    """Programs in which the real KVM departs from the processor, as the model says."""
    known: int = 0
    """Programs that no model can express, in which a known departure shows."""
    skipped: int = 0
    departed: list[Departed] = field(default_factory=list)
    wrong: list[Departed] = field(default_factory=list)
    """Programs in which the real KVM does as the processor, and the model says otherwise."""


def explored(model: TransitionSystem, recording: Recording) -> Explored:
    """A recording of programs on a real KVM, judged by a model of it and by models/x86."""
    programs, found = recording.programs, Explored()
    of_kvm = kvm_predictions(model, programs, recording.facts)
    of_cpu = predictions(bench(), programs, recording.facts)
    cases = zip(programs, of_cpu, of_kvm, recording.outcomes, strict=True)
    for program, cpu, kvm, outcome in cases:
        if cpu.missing:
            found.skipped += 1
        else:
            _judge(found, recording.header.emulator, program, cpu, kvm, outcome)
    return found


def _judge(
    found: Explored,
    emulator: str,
    program: Program,
    cpu: Prediction,
    kvm: Prediction,
    outcome: Sequence[Reported],
) -> None:
    from_cpu = tuple(differences(cpu, outcome))
    from_kvm = () if kvm.missing else tuple(differences(kvm, outcome))
    one = Departed(program, from_cpu, from_kvm, kvm.missing)
    if not from_cpu and from_kvm:
        found.wrong.append(one)
    elif not from_cpu:
        found.agree += 1
    elif not (kvm.missing or from_kvm):
        found.predicted += 1
    elif kvm.missing and departure_of(emulator, program, cpu, outcome, from_cpu):
        found.known += 1
    else:
        found.departed.append(one)


def minimised(found: Sequence[Departed], model: TransitionSystem, run: Run) -> list[Departed]:
    """A smallest program for each kind of departure, by runs of the machine."""
    kinds: dict[tuple[object, ...], Departed] = {}
    for one in sorted(found, key=lambda each: size(each.program)):
        kinds.setdefault(one.kind, one)
    left = [*kinds.values()][:MOST]
    for _ in range(ROUNDS):
        tried = {one.program: [*smaller(one.program)] for one in left}
        programs = list(dict.fromkeys(each for some in tried.values() for each in some))
        if not programs:
            break
        again = explored(model, run(programs))
        departing = {each.program: each for each in (*again.departed, *again.wrong)}
        shrunk = [_smallest(one, tried[one.program], departing) for one in left]
        if shrunk == left:
            break
        left = list({each.program: each for each in shrunk}.values())
    return [*{each.kind: each for each in sorted(left, key=_descending)}.values()]


def _smallest(
    one: Departed, candidates: Sequence[Program], departing: dict[Program, Departed]
) -> Departed:
    found = [departing[each] for each in candidates if each in departing]
    same = [each for each in found if bool(each.missing) is bool(one.missing)]
    return min((one, *same), key=lambda each: size(each.program))


def _descending(one: Departed) -> tuple[int, int]:
    parts, bits = size(one.program)
    return -parts, -bits


def counts(found: Explored) -> Iterator[tuple[str, int]]:
    """How many programs came to what, for people."""
    yield "as the processor", found.agree
    yield "departing as the model says", found.predicted
    yield "known departures beyond the models", found.known
    yield "departing otherwise", len(found.departed)
    yield "not departing, and the model says otherwise", len(found.wrong)
    yield "beyond the processor or models/x86", found.skipped
