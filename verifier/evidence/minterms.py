"""Sets of bit patterns as few patterns.

Quine: The Problem of Simplifying Truth Functions. American Mathematical Monthly 59 (1952); the
choice among the prime patterns is greedy, and patterns are a few bits wide.
"""

from collections.abc import Collection, Iterable, Iterator
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
        larger: set[Pattern] = set()
        for pattern in level:
            joined = [(*pattern[:i], None, *pattern[i + 1 :]) for i in _joinable(pattern, level)]
            larger.update(joined)
            if not joined:
                primes.append(pattern)
        level = larger
    return sorted(primes, key=str)


def _joinable(pattern: Pattern, level: Collection[Pattern]) -> Iterator[int]:
    """The bits in whose value alone a pattern differs from another of the level."""
    for place, bit in enumerate(pattern):
        if bit is not None and (*pattern[:place], not bit, *pattern[place + 1 :]) in level:
            yield place
