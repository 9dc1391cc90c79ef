"""What each level holds a bit of CR0 for, beside what it was promised to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from verifier.language.plain_values import Value
from verifier.viewer.in_short import belief_and_truth
from verifier.viewer.levels import PROMISED, Levels, hardware_of
from verifier.viewer.trace_index import Reading

ALWAYS_SHOWN = "ts"
MASKS = "cr0_mask."


@dataclass(frozen=True)
class Belief:
    """One row: for whom, on which VMCS, and what it comes to.

    `real` is the bit that the processor uses while this level runs; where the mask is set the
    guest reads the shadow. `promised` is what it would read on the CPU of the manual, None where
    it cannot look now.
    """

    level: str
    about: str
    bit: str
    real: bool
    mask: bool | None
    shadow: bool | None
    reads: bool | None
    promised: bool | None
    traps: bool | None
    runs: bool

    @property
    def is_misled(self) -> bool:
        """Whether who looks is told something else than is so, as lazy switching needs it."""
        return self.reads is not None and self.reads != self.real

    @property
    def disagrees(self) -> bool:
        """Whether somebody who looks now is told something else than was promised."""
        return self.promised is not None and self.reads != self.promised


class Beliefs:
    """The CPUs and VMCSs of a system, found by the names of their fields."""

    def __init__(self, reading: Reading, levels: Levels) -> None:
        self.reading = reading
        self.levels = levels
        self.vmcss = sorted(
            field.rpartition(MASKS)[0] for field in reading.fields if field.endswith("cr0_mask.ts")
        )
        self.cpu = hardware_of(reading)
        self.contract = f"{PROMISED}cpu."

    @cached_property
    def bits(self) -> tuple[str, ...]:
        """TS, and the other bits of CR0 that the code at fault or the CPU goes by."""
        if self.cpu is None:
            return ()
        told = [fields for _, fields, _ in belief_and_truth(self.reading, self.levels)]
        names = {field.rpartition(".")[2] for fields in told for field in fields}
        return (ALWAYS_SHOWN, *(bit for bit in ("em", "mp") if bit in names))

    def rows(self, number: int) -> list[Belief]:
        """Everybody's belief about these bits after a step."""
        return [
            belief
            for bit in self.bits
            for belief in (
                self._host(number, bit),
                *self._copy(number, bit),
                *self._guests(number, bit),
                *self._asked(number, bit),
            )
        ]

    def disagreements(self, number: int) -> list[Belief]:
        return [belief for belief in self.rows(number) if belief.disagrees]

    def _value(self, field: str, number: int) -> Value | None:
        return self.reading.value(field, number) if self.reading.has(field) else None

    def _bit(self, field: str, number: int) -> bool | None:
        found = self._value(field, number)
        return found if isinstance(found, bool) else None

    def _host(self, number: int, bit: str) -> Belief:
        """The processor itself; while a guest runs its CR0 is the guest's."""
        real = self._bit(f"{self.cpu}cr0.{bit}", number)
        runs = self.levels.at(number) == "L0"
        reads = real if runs else None
        return Belief("L0", "the CPU's CR0", bit, bool(real), None, None, reads, None, None, runs)

    def _copy(self, number: int, bit: str) -> list[Belief]:
        """What KVM remembers of the guest's CR0; stale where the guest owns the bit."""
        copy = self._bit(f"vcpu.cr0.{bit}", number)
        if copy is None:
            return []
        owned = self._bit(f"vcpu.cr0_guest_owned_bits.{bit}", number)
        about = "vcpu.cr0, guest-owned" if owned else "vcpu.cr0, KVM's copy"
        return [Belief("L0", about, bit, copy, None, None, None, None, None, False)]

    def _guests(self, number: int, bit: str) -> list[Belief]:
        found = []
        for level, name in (("L1", "VMCS01"), ("L2", "VMCS02")):
            vmcs = f"{self.cpu}vmcss[{name}]."
            if vmcs not in self.vmcss or level not in self.levels.lanes:
                continue
            runs = self.levels.at(number) == level
            inside = self._bit(f"{self.cpu}non_root", number)
            current = self._value(f"{self.cpu}current", number) in (name, None) and inside
            saved = self._bit(f"{vmcs}guest_cr0.{bit}", number)
            real = self._bit(f"{self.cpu}cr0.{bit}", number) if current else saved
            mask = self._bit(f"{vmcs}{MASKS}{bit}", number)
            shadow = self._bit(f"{vmcs}cr0_shadow.{bit}", number)
            promised = self._promised(level, bit, number) if runs else None
            found.append(
                Belief(
                    level,
                    f"{name.lower()}, by L0",
                    bit,
                    bool(real),
                    mask,
                    shadow,
                    shadow if mask else real,
                    promised,
                    self._bit(f"{vmcs}exception_bitmap_nm", number),
                    runs,
                )
            )
        return found

    def _promised(self, level: str, bit: str, number: int) -> bool | None:
        """What the guest would read on the CPU of the manual, while that one is in step."""
        if self._bit("contract.broken", number):
            return None
        inside = self._bit(f"{self.contract}non_root", number)
        if inside is None or inside != (level == "L2"):
            return None
        if level == "L2":
            vmcs = f"{self.contract}vmcss[VMCS01]."
            if self._bit(f"{vmcs}{MASKS}{bit}", number):
                return self._bit(f"{vmcs}cr0_shadow.{bit}", number)
        return self._bit(f"{self.contract}cr0.{bit}", number)

    def _asked(self, number: int, bit: str) -> list[Belief]:
        """The VMCS that L1 has written for L2."""
        asked = [name for name in self.vmcss if "vmcs12" in name]
        if "L2" not in self.levels.lanes:
            return []
        found = []
        for vmcs in asked:
            real = self._bit(f"{vmcs}guest_cr0.{bit}", number)
            mask = self._bit(f"{vmcs}{MASKS}{bit}", number)
            shadow = self._bit(f"{vmcs}cr0_shadow.{bit}", number)
            traps = self._bit(f"{vmcs}exception_bitmap_nm", number)
            reads = shadow if mask else real
            found.append(
                Belief(
                    "L2", "vmcs12, by L1", bit, bool(real), mask, shadow, reads, None, traps, False
                )
            )
        return found


OWNERSHIP = (
    "registers.owner",
    "has_fpu",
    "guest_fpu_loaded",
    "fpu_active",
    "fpu_owner_task",
    "uses_fpu",
    "request_deactivate_fpu",
)
"""Fields that say who has the registers, or believes to."""


def ownership(reading: Reading, number: int) -> list[tuple[str, Value]]:
    """Whose data is in the FPU registers, and what everybody's flags say about it."""
    found = [
        field
        for ending in OWNERSHIP
        for field in reading.fields
        if (field.endswith(f".{ending}") or field == ending) and not field.startswith(PROMISED)
    ]
    top = [field for field in ("owner", "current", "ts") if reading.has(field)]
    return [(field, reading.value(field, number)) for field in [*top, *found]]
