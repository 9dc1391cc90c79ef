"""VM-execution controls that programs write: whether a processor accepts them.

The model has one bit for all checks of controls; which values pass them is here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from verifier.lab.image import Facts
from verifier.lab.layout import PRIMARY_CONTROLS, TPR_SHADOW, VIRTUAL_APIC_PAGE, Field

THRESHOLD = 0xF
"""The bits of the TPR threshold that mean anything; the others are reserved."""


class UnknownControl(Exception):
    """A value of a control that the lab does not know."""


@dataclass(frozen=True)
class Controls:
    """What decides of the controls whether a VM entry is refused for them.

    The virtual TPR, in a page that nothing writes, is 0; no program uses the controls with which a
    threshold above it would be accepted.
    """

    cr3_targets: int = 0
    tpr_shadow: bool = False
    tpr_threshold: int = 0

    def with_field(self, field: int, value: int) -> Controls | None:
        """After a VMWRITE; None where the field is not one of these."""
        match field:
            case Field.CR3_TARGET_COUNT:
                return replace(self, cr3_targets=value)
            case Field.TPR_THRESHOLD:
                return replace(self, tpr_threshold=value)
            case Field.PRIMARY_CONTROLS:
                if value & ~TPR_SHADOW != PRIMARY_CONTROLS:
                    raise UnknownControl(f"primary controls {value:#x}")
                return replace(self, tpr_shadow=bool(value & TPR_SHADOW))
            case Field.VIRTUAL_APIC_ADDRESS:
                if value != VIRTUAL_APIC_PAGE:
                    raise UnknownControl(f"virtual-APIC page {value:#x}")
                return self
        return None

    def valid(self, facts: Facts) -> bool:
        """Whether a VM entry passes the checks of the manual, "VM-Execution Control Fields"."""
        if self.cr3_targets > facts.cr3_targets:
            return False
        above = self.tpr_threshold & THRESHOLD > 0
        reserved = self.tpr_threshold & ~THRESHOLD != 0
        return not (self.tpr_shadow and (above or reserved))
