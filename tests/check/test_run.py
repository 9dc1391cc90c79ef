"""Systems checked one by one or side by side: which pairs, and what is left of those that die."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.check.uncached import without_cache
from verifier.check.run import Strategy, check_all, check_one
from verifier.compiler.translation import compile_system
from verifier.evidence.verdicts import Limits
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load


def test_the_models_assertions_are_checked_for_who_asks_for_all_of_a_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = load(bundled_root())
    listed = [p.property for p in catalogue.pairs_of(catalogue.systems["native/lazy-v3.2"])]
    assert "assertions" in listed

    system = catalogue.systems["native/lazy-v3.2"]
    compiled = compile_system(system, catalogue.properties_of(system))

    def checked(catalogue: Catalogue, groups: list[str]) -> list[str]:
        context = without_cache(catalogue, Limits(depth=1))
        monkeypatch.setattr(Circuits, "compiled", lambda *_: compiled)
        results = check_one(context, Strategy("bmc", fresh=True), system.name, groups)
        return [result.property for result in results]

    rest = [group for group in listed if group != "assertions"]
    assert checked(catalogue, listed) == listed
    assert checked(catalogue, rest) == rest
    unrecorded = replace(catalogue, expected={})
    assert checked(unrecorded, rest) == rest
    monkeypatch.setattr(
        "verifier.project.catalogue.asserts", lambda _: False
    )  # not seen in the text
    unrecorded = replace(catalogue, expected={})
    assert checked(unrecorded, rest) == [*rest, "assertions"]
    assert checked(unrecorded, rest[1:]) == rest[1:]


def test_the_systems_of_which_most_is_stored_are_begun_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = list[str]()

    def side_by_side(tasks: dict[str, Any], *_: Any, **__: Any) -> Iterator[Any]:
        begun.extend(tasks)
        return iter(())

    monkeypatch.setattr("verifier.check.run.reporting", side_by_side)
    catalogue = load(bundled_root())
    context = without_cache(catalogue, Limits()).with_jobs(2)
    assert not list(check_all(context, [*catalogue.pairs()], Strategy()))
    assert sorted(begun) == sorted(catalogue.systems)
    stored = (bundled_root() / "properties" / "certificates").glob("*.json")
    largest = max(stored, key=lambda file: file.stat().st_size)
    assert begun[0].replace("/", ".") == largest.stem
    sizes = [context.store.size(system) for system in begun]
    assert sizes == sorted(sizes, reverse=True)
