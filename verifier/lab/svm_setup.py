"""How a program for SVM sets up the model's CPU: the VMCB's fields as fields of models/x86."""

from __future__ import annotations

from functools import lru_cache

from nestproof.models.x86.cpu import Mode
from nestproof.models.x86.numbers import NM_INFORMATION
from verifier.lab.image import Facts
from verifier.lab.layout import (
    CR0_READ,
    CR0_RUNNING,
    CR0_SELECTIVE_WRITE,
    CR0_WRITE,
    INTERCEPTS,
    SVM_CR4,
    VALID,
    VmcbField,
)
from verifier.lab.setup import (
    OTHER_INTERCEPTS,
    Assigned,
    Fields,
    NotExpressible,
    Setup,
    cr0_assigned,
    cr4_of_l1,
    require_cr4,
)

PE, PG = 1, 1 << 31
VMCB = "cpu.vmcbs[VMCB01]"


class SvmSetup(Setup):
    """What is to be assigned before the next step; there are no controls beside the intercepts."""

    def __init__(self, facts: Facts, user: bool) -> None:
        self._facts, self._user = facts, user
        self._cr4 = self._l2_cr4 = cr4_of_l1(facts)
        self._pending = _start(facts)

    def write(self, fields: Fields) -> None:
        """L1 writes fields of the VMCB."""
        for field, value in fields:
            if field == VmcbField.CR4:
                require_cr4(self._facts, value, SVM_CR4)
                self._l2_cr4 = value
            else:
                self._pending += _field(field, value)


@lru_cache(maxsize=4096)
def _field(field: int, value: int) -> Assigned:
    match field:
        case VmcbField.CR0:
            if not value & PG:
                raise NotExpressible("the lab has no L2 outside of 64-bit mode")
            paged = bool(value & PE)  # paging with EFER.LME takes it
            return (*cr0_assigned(f"{VMCB}.cr0", value), (f"{VMCB}.controls_valid", paged))
        case VmcbField.CR0_INTERCEPTS:
            _only(value, CR0_READ | CR0_WRITE, "intercepts of control registers")
            return (
                (f"{VMCB}.intercept_cr0_read", bool(value & CR0_READ)),
                (f"{VMCB}.intercept_cr0_write", bool(value & CR0_WRITE)),
            )
        case VmcbField.INTERCEPTS:
            _only(value ^ INTERCEPTS, CR0_SELECTIVE_WRITE, "other intercepts")
            return ((f"{VMCB}.intercept_cr0_sel_write", bool(value & CR0_SELECTIVE_WRITE)),)
        case VmcbField.EXCEPTION_INTERCEPTS:
            intercepts = OTHER_INTERCEPTS | {7: f"{VMCB}.intercept_nm"}
            _only(value, sum(1 << vector for vector in intercepts), "intercepts of exceptions")
            return tuple((path, bool(value >> v & 1)) for v, path in intercepts.items())
        case VmcbField.EVENT_INJECTION:
            if value & VALID and value != NM_INFORMATION:
                raise NotExpressible(f"the model injects #NM only, not {value:#x}")
            return ((f"{VMCB}.event_inj_nm", bool(value & VALID)),)
    raise NotExpressible(f"the model does not have the VMCB's field {field:#x}")


def _only(value: int, known: int, what: str) -> None:
    if value & ~known:
        raise NotExpressible(f"the model has no {what} {value & ~known:#x}")


@lru_cache(maxsize=16)
def _start(facts: Facts) -> Assigned:
    """The CPU that a program finds."""
    return (
        ("cpu.mode", Mode.BITS_64),
        ("cpu.xcr0_ok", "avx" in facts),
        *cr0_assigned("cpu.cr0", CR0_RUNNING),
        *cr0_assigned(f"{VMCB}.cr0", CR0_RUNNING),
    )
