"""Bits of many cases, as words (one for each bit, all cases side by side) and as cases again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

DIGITS = bytes.maketrans(b"01", b"\0\1")
BITS = bytes.maketrans(b"\0\1", b"01")

Case = tuple[int, ...]
"""The bits of a state, then of the inputs."""


def words_of(cases: Sequence[Sequence[int]]) -> list[int]:
    """A word for each bit: its lowest bit is of the first case."""
    width = len(cases[0]) if cases else 0
    digits = b"".join(map(bytes, cases)).translate(BITS)
    return [int(digits[place::width][::-1], 2) for place in range(width)]


def cases_of(words: Sequence[int], lanes: Iterable[int], count: int) -> list[Case]:
    """Some of `count` cases, by their places in the words."""
    digits = "".join([format(word, f"0{count}b") for word in words]).encode().translate(DIGITS)
    return [tuple(digits[count - 1 - lane :: count]) for lane in lanes]


def spread_out(word: int, width: int, size: int) -> int:
    """Each bit of a word `size` bytes wide: all ones or all zeros."""
    digits = format(word, f"0{width}b").encode()
    wide = digits.replace(b"1", b"\xff" * size).replace(b"0", b"\0" * size)
    return int.from_bytes(wide, "big")


def word_of(bits: Sequence[int]) -> int:
    """A word of bits, the lowest one first."""
    return int(bytes(bits).translate(BITS)[::-1] or b"0", 2)
