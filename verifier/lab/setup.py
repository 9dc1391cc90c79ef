"""How a program sets up the model's CPU: the fields that L1 writes, as fields of models/x86."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from nestproof.models.x86.cpu import Mode
from nestproof.models.x86.numbers import NM_INFORMATION, POSITIONS
from verifier.lab.image import Facts
from verifier.lab.layout import (
    CR0_RUNNING,
    CR3_TARGETS,
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
INTERCEPTS = {
    6: "intercepts.ud",
    7: f"{VMCS}.exception_bitmap_nm",
    13: "intercepts.gp",
    14: "intercepts.pf",
    16: "intercepts.mf",
}
CR4_BITS = {"osfxsr": OSFXSR, "osxsave": OSXSAVE, "umip": UMIP, "pke": PKE}
CR4_NEEDS = {"osxsave": "xsave", "umip": "umip", "pke": "pku"}
REGISTERS = {
    Field.CR0_MASK: f"{VMCS}.cr0_mask",
    Field.CR0_SHADOW: f"{VMCS}.cr0_shadow",
    Field.GUEST_CR0: f"{VMCS}.guest_cr0",
    Field.HOST_CR0: f"{VMCS}.host_cr0",
}

Assigned = tuple[tuple[str, Any], ...]


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
        self._cr4 = CR4_ALWAYS | OSFXSR
        self._cr4 |= OSXSAVE if "xsave" in facts else 0
        self._cr4 |= PKE if "pku" in facts else 0
        self._l2_cr4 = self._cr4
        self._pending = start(facts)

    def write(self, fields: Iterable[tuple[int, int]]) -> None:
        """L1 writes VMCS fields."""
        for field, value in fields:
            self._pending += self._written(field, value)

    def note(self, path: str, value: Any) -> None:
        """What the surroundings of the model have changed."""
        self._pending += ((path, value),)

    def for_l1(self) -> Assigned:
        """Before code of L1."""
        return self._taken(self._cr4, True)

    def for_l2(self) -> Assigned:
        """Before VM entry."""
        return self._taken(self._l2_cr4, not self._user)

    def rest(self) -> Assigned:
        """What was noted since."""
        pending, self._pending = self._pending, ()
        return pending

    def _taken(self, cr4: int, cpl0: bool) -> Assigned:
        bits = tuple((f"cpu.cr4.{name}", bool(cr4 & bit)) for name, bit in CR4_BITS.items())
        return (*self.rest(), *bits, ("cpu.cpl0", cpl0))

    def _written(self, field: int, value: int) -> Assigned:
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
            case Field.CR3_TARGET_COUNT:
                return ((f"{VMCS}.controls_valid", value <= CR3_TARGETS),)
            case Field.SECONDARY_CONTROLS:
                return self._secondary(value)
            case Field.GUEST_CR4:
                return self._guest_cr4(value)
        raise NotExpressible(f"the model does not have the VMCS field {field:#x}")

    def _secondary(self, value: int) -> Assigned:
        if value & ~ENABLE_XSAVES:
            raise NotExpressible(f"the model has no secondary controls {value:#x}")
        if value & ~self._facts.secondary_controls:
            raise NotOffered("the control that enables XSAVES")
        return ((f"{VMCS}.enable_xsaves", bool(value)),)

    def _guest_cr4(self, value: int) -> Assigned:
        if value & ~sum(CR4_BITS.values()) != CR4_ALWAYS:
            raise NotExpressible(f"the model has no CR4 {value:#x} of L2")
        for name, feature in CR4_NEEDS.items():
            if value & CR4_BITS[name] and feature not in self._facts:
                raise NotOffered(f"CR4.{name.upper()}")
        self._l2_cr4 = value
        return ()


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
