"""How a program sets up the model's CPU: the fields that L1 writes, as fields of models/x86."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from nestproof.models.x86.cpu import Mode
from nestproof.models.x86.numbers import NM_INFORMATION, POSITIONS
from verifier.lab.controls import Controls, UnknownControl
from verifier.lab.image import Facts
from verifier.lab.layout import (
    CR0_RUNNING,
    CR4_ALWAYS,
    ENABLE_XSAVES,
    OSFXSR,
    OSXSAVE,
    PKE,
    UMIP,
    VALID,
    Field,
)

VMCS = "cpu.vmcss[VMCS01]"
DEFINED = sum(1 << place for place in POSITIONS.values())
OTHER_INTERCEPTS = {
    6: "intercepts.ud",
    13: "intercepts.gp",
    14: "intercepts.pf",
    16: "intercepts.mf",
}
INTERCEPTS = OTHER_INTERCEPTS | {7: f"{VMCS}.exception_bitmap_nm"}
CR4_BITS = {"osfxsr": OSFXSR, "osxsave": OSXSAVE, "umip": UMIP, "pke": PKE}
CR4_NEEDS = {"osxsave": "xsave", "umip": "umip", "pke": "pku"}
REGISTERS = {
    Field.CR0_MASK: f"{VMCS}.cr0_mask",
    Field.CR0_SHADOW: f"{VMCS}.cr0_shadow",
    Field.GUEST_CR0: f"{VMCS}.guest_cr0",
    Field.HOST_CR0: f"{VMCS}.host_cr0",
}

Assigned = tuple[tuple[str, Any], ...]
Fields = tuple[tuple[int, int], ...]
"""VMCS fields with what is written to them."""


class NotExpressible(Exception):
    """A program that the model does not have, with the reason."""


class NotOffered(Exception):
    """A program that needs what the processor does not have."""


@lru_cache(maxsize=4096)
def cr0_assigned(record: str, number: int) -> Assigned:
    """A CR0, or a set of its bits; those that the model does not have are refused."""
    if number & ~DEFINED:
        raise NotExpressible(f"the model has no bits {number & ~DEFINED:#x} of CR0")
    return tuple((f"{record}.{name}", bool(number >> at & 1)) for name, at in POSITIONS.items())


class Setup:
    """What is to be assigned before the next step: all at first, then what L1 has written since."""

    def __init__(self, facts: Facts, user: bool) -> None:
        self._facts, self._user = facts, user
        self._cr4 = self._l2_cr4 = cr4_of_l1(facts)
        self._pending = start(facts)
        self._controls = Controls()

    def write(self, fields: Fields) -> None:
        """L1 writes VMCS fields."""
        assigned, cr4 = _written(self._facts, self._controlled(fields))
        self._pending += assigned
        self._l2_cr4 = cr4 or self._l2_cr4

    def _controlled(self, fields: Fields) -> Fields:
        """Take the controls that decide whether VM entries pass their checks; the others."""
        rest = []
        for field, value in fields:
            try:
                controls = self._controls.with_field(field, value)
            except UnknownControl as unknown:
                raise NotExpressible(f"the model has no {unknown}") from None
            if controls is None:
                rest.append((field, value))
            else:
                self._controls = controls
                self.note(f"{VMCS}.controls_valid", controls.valid(self._facts))
        return tuple(rest)

    def note(self, path: str, value: Any) -> None:
        """What the surroundings of the model have changed."""
        self._pending += ((path, value),)

    def for_l1(self) -> Assigned:
        """Before code of L1."""
        return (*self.rest(), *_privileges(self._cr4, True))

    def for_l2(self) -> Assigned:
        """Before VM entry."""
        return (*self.rest(), *_privileges(self._l2_cr4, not self._user))

    def rest(self) -> Assigned:
        """What was noted since."""
        pending, self._pending = self._pending, ()
        return pending


@lru_cache(maxsize=64)
def _privileges(cr4: int, cpl0: bool) -> Assigned:
    bits = tuple((f"cpu.cr4.{name}", bool(cr4 & bit)) for name, bit in CR4_BITS.items())
    return (*bits, ("cpu.cpl0", cpl0))


def cr4_of_l1(facts: Facts) -> int:
    """What the payload enables."""
    return CR4_ALWAYS | OSFXSR | OSXSAVE * ("xsave" in facts) | PKE * ("pku" in facts)


@lru_cache(maxsize=65536)
def _written(facts: Facts, fields: Fields) -> tuple[Assigned, int]:
    """What writing some fields assigns, and L2's CR4 if it is among them."""
    assigned: Assigned = ()
    cr4 = 0
    for field, value in fields:
        if field == Field.GUEST_CR4:
            require_cr4(facts, value)
            cr4 = value
        else:
            assigned += _field(facts, field, value)
    return assigned, cr4


def _field(facts: Facts, field: int, value: int) -> Assigned:
    match field:
        case _ if field in REGISTERS:
            return cr0_assigned(REGISTERS[Field(field)], value)
        case Field.EXCEPTION_BITMAP:
            if value & ~sum(1 << vector for vector in INTERCEPTS):
                raise NotExpressible(f"the model has no exception bitmap {value:#x}")
            return tuple((path, bool(value >> v & 1)) for v, path in INTERCEPTS.items())
        case Field.ENTRY_INTERRUPTION:
            if value & VALID and value != NM_INFORMATION:
                raise NotExpressible(f"the model injects #NM only, not {value:#x}")
            return ((f"{VMCS}.entry_injects_nm", bool(value & VALID)),)
        case Field.SECONDARY_CONTROLS:
            if value & ~ENABLE_XSAVES:
                raise NotExpressible(f"the model has no secondary controls {value:#x}")
            if value & ~facts.secondary_controls:
                raise NotOffered("the control that enables XSAVES")
            return ((f"{VMCS}.enable_xsaves", bool(value)),)
    raise NotExpressible(f"the model does not have the VMCS field {field:#x}")


def require_cr4(facts: Facts, value: int, always: int = CR4_ALWAYS) -> None:
    """Refuse a CR4 of L2 that the model or the processor does not have."""
    if value & ~sum(CR4_BITS.values()) != always:
        raise NotExpressible(f"the model has no CR4 {value:#x} of L2")
    for name, feature in CR4_NEEDS.items():
        if value & CR4_BITS[name] and feature not in facts:
            raise NotOffered(f"CR4.{name.upper()}")


@lru_cache(maxsize=16)
def start(facts: Facts) -> Assigned:
    """The CPU that a program finds, in VMX root operation."""
    return (
        ("cpu.mode", Mode.BITS_64),
        ("cpu.vmxon", True),
        ("cpu.xcr0_ok", "avx" in facts),
        *cr0_assigned("cpu.cr0", CR0_RUNNING),
        *cr0_assigned("cpu.cr0_fixed0", facts.cr0_fixed0 & DEFINED),
        *cr0_assigned("cpu.cr0_fixed1", facts.cr0_fixed1 & DEFINED),
        *cr0_assigned(f"{VMCS}.guest_cr0", CR0_RUNNING),
        *cr0_assigned(f"{VMCS}.host_cr0", CR0_RUNNING),
        (f"{VMCS}.unrestricted_guest", False),
        (f"{VMCS}.enable_xsaves", bool(facts.secondary_controls & ENABLE_XSAVES)),
    )
