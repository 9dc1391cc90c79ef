"""Where the payload has things, and the VMCS fields that programs name: the manual's encodings."""

from enum import IntEnum

L2_CODE = 0x202000
L2_STUBS = 0x207000
"""What L2's own IDT leads to: a VMCALL for each vector."""
STUB = 16
RESULTS = 0x203000
"""The words that a program's code may write, and the payload reports."""
RESULT_COUNT = 7
UNWRITTEN = 0x5A5A5A5A5A5A5A5A
FPU_IMAGE = 0x209000
OPERANDS = 0x20B000
NOWHERE = 0x50000000
"""Beyond the gigabyte of memory that is mapped."""
TASK_SELECTOR = 0x28
CODE_ROOM = 0x1000 - 16
"""Bytes of L1's and of L2's code."""

CR0_RUNNING = 0x80050033
"""CR0 of L1, GUEST_CR0 and HOST_CR0 when a program begins."""


class Field(IntEnum):
    """VMCS fields by their encodings."""

    VIRTUAL_APIC_ADDRESS = 0x2012
    PRIMARY_CONTROLS = 0x4002
    EXCEPTION_BITMAP = 0x4004
    CR3_TARGET_COUNT = 0x400A
    ENTRY_INTERRUPTION = 0x4016
    TPR_THRESHOLD = 0x401C
    SECONDARY_CONTROLS = 0x401E
    CR0_MASK = 0x6000
    CR0_SHADOW = 0x6004
    GUEST_CR0 = 0x6800
    GUEST_CR4 = 0x6804
    HOST_CR0 = 0x6C00


class VmcbField(IntEnum):
    """Fields of a VMCB: the manual's offset, and in bits 31:16 how many bytes."""

    CR0_INTERCEPTS = 0x4_0000
    EXCEPTION_INTERCEPTS = 0x4_0008
    INTERCEPTS = 0x4_000C
    EVENT_INJECTION = 0x4_00A8
    CR4 = 0x8_0548
    CR0 = 0x8_0558


CR0_READ, CR0_WRITE = 1, 1 << 16
CR0_SELECTIVE_WRITE = 1 << 5
INTERCEPTS = 0xA000_000F
"""As a program finds them: interrupts, task switches, shutdown."""
PRIMARY_CONTROLS = 0x8401E172
"""As a program finds them: the bits that are always 1, and the secondary controls."""
TPR_SHADOW = 1 << 21
VIRTUAL_APIC_PAGE = 0x20F000
"""A page that nothing writes."""
CR3_TARGETS = 4
"""The largest CR3-target count that is valid on some processors."""
ENABLE_XSAVES = 1 << 20
OSFXSR, UMIP, OSXSAVE, PKE = 1 << 9, 1 << 11, 1 << 18, 1 << 22
"""Of CR4."""
CR4_ALWAYS = 1 << 5 | 1 << 10 | 1 << 13
"""PAE, OSXMMEXCPT, VMXE."""
SVM_CR4 = 1 << 5 | 1 << 10
"""PAE, OSXMMEXCPT."""
VALID = 1 << 31
"""Of interruption information."""
