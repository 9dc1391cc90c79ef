"""The virtual CPU that a guest was promised, beside the one it got."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from verifier.language.plain_values import Value
from verifier.viewer.levels import PROMISED
from verifier.viewer.trace_index import Reading


@dataclass(frozen=True)
class Compared:
    """A field that was delivered and the one that was promised."""

    what: str
    delivered: str
    promised: str


@lru_cache(maxsize=4)
def pairs(reading: Reading) -> tuple[Compared, ...]:
    """What can be compared, found by the fields' names: what a guest saw first, then its VMCS."""
    found = []
    for field in reading.fields:
        record, _, name = field.rpartition(".")
        head, _, last = record.rpartition(".")
        twin = f"{head}.promised_{last}.{name}" if head else ""
        flat = f"{record}.promised_{name}"
        if reading.has(flat):
            found.append(Compared(name, field, flat))
        elif twin and reading.has(twin):
            found.append(Compared(f"{last}.{name}", field, twin))
        elif name == "outcome" and reading.has(f"{record}.promised"):
            found.append(Compared("outcome", field, f"{record}.promised"))
    return (*found, *_vmcs(reading))


def _vmcs(reading: Reading) -> list[Compared]:
    """The VMCS of L1, as KVM keeps it and as the CPU of the manual has it."""
    found = []
    for field in reading.fields:
        _, _, name = field.partition("vmcs12.")
        promised = f"{PROMISED}cpu.vmcss[VMCS01].{name}"
        if name and reading.has(promised):
            found.append(Compared(f"vmcs12.{name}", field, promised))
    return found


def differences(reading: Reading, number: int) -> list[tuple[Compared, Value, Value]]:
    """What differs after a step, where the guest has seen anything of it.

    Once an outcome differs the two CPUs go their own ways, so it alone counts.
    """
    observed = [f for f in reading.events if f.endswith(".observed")]
    seen = not observed or any(reading.value(field, number) is True for field in observed)
    found = []
    for one in pairs(reading):
        delivered = reading.value(one.delivered, number)
        promised = reading.value(one.promised, number)
        event = one.delivered in reading.events
        if delivered != promised and (seen or not event):
            found.append((one, delivered, promised))
    seen_now = [each for each in found if each[0].delivered in reading.events]
    return seen_now or found


@lru_cache(maxsize=4)
def first_difference(reading: Reading) -> tuple[int, Compared] | None:
    """The first step after which a guest has seen something else than was promised."""
    events = [one for one in pairs(reading) if one.delivered in reading.events]
    named = {name for one in events for name in (one.delivered, one.promised)}
    for number, stride in enumerate(reading.trace.steps, 1):
        if named.isdisjoint(stride.changes):
            continue
        for one, _, _ in differences(reading, number):
            if one in events:
                return number, one
    return None
