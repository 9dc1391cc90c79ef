"""A recording, judged: how many programs came to what the model predicts, by their subjects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.departures import Departure, departure_of, known_departures
from verifier.lab.given_up import REQUIRED, GivenUp
from verifier.lab.judge import Difference, differences
from verifier.lab.prediction import predictions
from verifier.lab.programs import Program
from verifier.lab.recording import Header, Recording

COUNTED = ("quick", "full")
"""Lists of which it is known how often each departure shows."""
MOST_EXAMPLES = 10
"""Programs that differ, of which a report shows everything."""


@dataclass
class Counts:
    """Programs of one kind, each counted once besides in `cases`."""

    cases: int = 0
    agree: int = 0
    known: int = 0
    differ: int = 0
    skipped: int = 0
    """The processor does not have what they need."""
    not_expressible: int = 0

    def add(self, verdict: str) -> None:
        """One more."""
        self.cases += 1
        setattr(self, verdict, getattr(self, verdict) + 1)


@dataclass(frozen=True)
class Example:
    """A program that differs, with all that differs."""

    number: int
    program: Program
    differences: list[Difference]


@dataclass
class Summary:
    """What a recording shows."""

    header: Header
    rows: dict[str, Counts] = field(default_factory=dict)
    total: Counts = field(default_factory=Counts)
    known: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why programs were not compared."""
    given_up: GivenUp = field(default_factory=GivenUp)
    """Programs about the contents of registers, and of a real KVM, in how many it lost them."""

    @property
    def miscounted(self) -> Iterator[tuple[Departure, int, int]]:
        """Known departures with how often they are known to be there, and how often they are.

        Of random programs nobody knows.
        """
        key = f"{self.header.cpu} {self.header.list}"
        for each in known_departures():
            if self.header.emulator in each.emulators and self.header.list in COUNTED:
                usual = each.counts.get(key, 0)
                expected = each.counts.get(f"{self.header.emulator}: {key}", usual)
                found = self.known[each.name]
                if expected != found:
                    yield each, expected, found

    @property
    def too_few_given_up(self) -> bool:
        """Whether a KVM has given registers up in fewer programs of a list than it takes."""
        on_vmx = self.header.leg == "kvm-vmx"
        required = REQUIRED.get(self.header.list, 0) if on_vmx else 0
        return self.given_up.put_away < required

    @property
    def code(self) -> int:
        """The exit code: 1 where something differs, 3 where something is not expressible."""
        if self.total.differ or list(self.miscounted) or self.too_few_given_up:
            return 1
        return 3 if self.total.not_expressible else 0

    def add(self, name: str, verdict: str) -> None:
        """One more program."""
        self.rows.setdefault(name, Counts()).add(verdict)
        self.total.add(verdict)


def judged(recording: Recording, compiled: TransitionSystem) -> Summary:
    """A recording against what the model predicts."""
    summary = Summary(recording.header)
    programs = recording.programs
    predicted = predictions(compiled, programs, recording.facts)
    cases = zip(programs, predicted, recording.outcomes, strict=True)
    for number, (program, prediction, reported) in enumerate(cases):
        summary.given_up.add(program, reported)
        if prediction.missing:
            summary.reasons[prediction.missing] += 1
            verdict = "not_expressible" if prediction.offered else "skipped"
            summary.add(program.name, verdict)
            continue
        found = differences(prediction, reported)
        if not found:
            summary.add(program.name, "agree")
            continue
        emulator = recording.header.emulator
        departure = departure_of(emulator, program, prediction, reported, found)
        if departure is not None:
            summary.known[departure.name] += 1
            summary.add(program.name, "known")
            continue
        summary.add(program.name, "differ")
        if len(summary.examples) < MOST_EXAMPLES:
            summary.examples.append(Example(number, program, found))
    return summary
