"""Sets of bit patterns as few patterns.

Quine: The Problem of Simplifying Truth Functions. American Mathematical Monthly 59 (1952); the
choice among the prime patterns is greedy, and patterns are a few bits wide.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product

Pattern = tuple[bool | None, ...]
"""Bits, with None where either value matches."""


@cache
def cover(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """Few patterns that match exactly what the given ones match."""
    open_points = {point for pattern in patterns for point in _points(pattern)}
    primes = _primes(open_points)
    chosen = []
    while open_points:
        best = max(primes, key=lambda prime: (len(open_points & set(_points(prime))), str(prime)))
        chosen.append(best)
        open_points -= set(_points(best))
    return tuple(chosen)


def _points(pattern: Pattern) -> Iterable[Pattern]:
    """The single combinations of bits that a pattern matches."""
    return product(*((False, True) if bit is None else (bit,) for bit in pattern))


def _primes(points: Iterable[Pattern]) -> list[Pattern]:
    """The patterns that match points only and are not part of a larger such pattern."""
    level, primes = set(points), []
    while level:
        pairs = {(a, b): _joined(a, b) for a in level for b in level}
        merged = {pair: joined for pair, joined in pairs.items() if joined is not None}
        part = {pattern for pair in merged for pattern in pair}
        primes += [pattern for pattern in level if pattern not in part]
        level = set(merged.values())
    return sorted(primes, key=str)


def _joined(a: Pattern, b: Pattern) -> Pattern | None:
    """The pattern of two that differ in the value of one bit."""
    differing = [place for place, bits in enumerate(zip(a, b, strict=True)) if bits[0] != bits[1]]
    if len(differing) != 1:
        return None
    place = differing[0]
    if a[place] is None or b[place] is None:
        return None
    return _with_any(a, place)


def _with_any(pattern: Sequence[bool | None], place: int) -> Pattern:
    return (*pattern[:place], None, *pattern[place + 1 :])
