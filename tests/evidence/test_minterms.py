"""Covers match exactly what they cover, with no more patterns than there were."""

from itertools import combinations, product

from verifier.evidence.minterms import Pattern, cover


def matches(pattern: Pattern, point: Pattern) -> bool:
    return all(p is None or p == b for p, b in zip(pattern, point, strict=True))


def test_a_cover_matches_exactly_the_points_for_every_set_of_three_bits() -> None:
    points = list(product((False, True), repeat=3))
    for size in range(len(points) + 1):
        for chosen in combinations(points, size):
            found = cover(chosen)
            assert len(found) <= size
            for point in points:
                assert any(matches(pattern, point) for pattern in found) == (point in chosen)


def test_all_but_one_of_sixteen_are_four_patterns() -> None:
    points = list(product((False, True), repeat=4))
    assert len(cover(tuple(points[1:]))) == 4


def test_half_of_sixteen_is_one_pattern() -> None:
    points = [point for point in product((False, True), repeat=4) if point[0]]
    assert cover(tuple(points)) == ((True, None, None, None),)


def test_open_bits_stay_open() -> None:
    assert cover(((True, None), (False, None))) == ((None, None),)
    assert cover(()) == ()
