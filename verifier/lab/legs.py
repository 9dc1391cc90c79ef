"""Legs: the machines that programs run on, and what makes a recording of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from verifier.lab import bochs
from verifier.lab.image import SECTOR, Facts
from verifier.lab.outcomes import size_of
from verifier.lab.programs import Program, encoded
from verifier.lab.recording import Header, Recording, payload_digest

Watch = Callable[[int], None]
"""Called with how many programs have run."""


@dataclass(frozen=True)
class Leg:
    """A machine by its name, with the CPU models that it can be; the first unless given another."""

    name: str
    title: str
    cpus: tuple[str, ...]
    version: Callable[[], str]
    run: Callable[[bytes, int, int, str, float, Watch], tuple[bytes, Facts]]


LEGS = {
    leg.name: leg
    for leg in (
        Leg(
            "bochs-vmx",
            "Bochs",
            ("corei7_icelake_u", "corei7_skylake_x", "corei7_haswell_4770", "tigerlake"),
            bochs.version,
            bochs.run,
        ),
    )
}


def recorded(
    leg: Leg, cpu: str, name: str, programs: Iterable[Program], seconds: float, watch: Watch
) -> Recording:
    """What programs come to on a leg; raises bochs.Incomplete."""
    emulator = f"{leg.title} {leg.version()}"
    listed = list(programs)
    data = b"".join(encoded(program, number) for number, program in enumerate(listed))
    room = sum(map(size_of, listed)) + SECTOR
    outcomes, facts = leg.run(data, len(listed), room, cpu, seconds, watch)
    header = Header(
        leg=leg.name,
        emulator=emulator,
        cpu=cpu,
        list=name,
        payload=payload_digest(),
        facts=facts.words,
        programs=len(listed),
        bytes=(len(data), len(outcomes)),
    )
    return Recording(header, data + outcomes)
