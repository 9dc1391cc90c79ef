"""What a processor has."""

from verifier.lab.image import Facts

ICELAKE = Facts(
    (
        0x7FFAF3BF000706E5,
        0x405F5EF0BF27EB,
        0xF,
        0,
        0xD8100000000004,
        0x7F00000016,
        0xFFF9FFFE0401E172,
        0x7FFFFF00036DFF,
        0xFFFF000011FF,
        0x600401E0,
        0x80000021,
        0xFFFFFFFF,
        0x2000,
        0x772FFF,
        0x34,
        0x2977FFF00000000,
    )
)
"""Bochs's corei7_icelake_u."""
