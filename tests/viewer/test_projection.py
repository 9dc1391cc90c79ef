"""Reachable states projected on a few fields, decided and drawn."""

from dataclasses import replace
from itertools import combinations
from math import dist
from xml.etree import ElementTree

import pytest

from tests.evidence.lazy_project import compiled
from verifier.check.projection import projection
from verifier.evidence.projection import Projection
from verifier.evidence.verdicts import Limits
from verifier.language.errors import ModelError
from verifier.viewer.markup import rendered
from verifier.viewer.projection_picture import BADGE, TALL, Layout, svg
from verifier.viewer.projection_text import dot, hands_over, label, mermaid, text_lines

LIMITS = Limits(seconds=30)


def drawn(name: str, *fields: str) -> Projection:
    return projection(compiled(name), fields, LIMITS)


def test_the_projection_is_exactly_what_is_reachable() -> None:
    found = drawn("lazy/fixed", "registers.owner", "ts")
    assert found.open == 0
    assert found.starts == (("A", True),)
    assert set(found.nodes) == {("A", True), ("A", False), ("B", True), ("B", False)}
    assert found.edges[("A", True), ("B", False)] == ("use_fpu",)
    assert found.edges[("A", False), ("A", True)] == ("switch_to",)
    assert (("A", False), ("B", False)) not in found.edges


def test_what_a_fault_makes_unreachable_is_not_drawn() -> None:
    found = drawn("lazy/broken", "current", "ts")
    assert ("B", True) in found.nodes
    assert all(after[1] is False or before[1] is True for before, after in found.edges)


def test_what_is_too_large_to_draw_is_refused_with_a_suggestion() -> None:
    names = [leaf.path for leaf in compiled("lazy/fixed").leaves if not leaf.event]
    with pytest.raises(ModelError) as refused:
        projection(compiled("lazy/fixed"), names * 3, LIMITS)
    assert "choose fewer fields" in refused.value.help


def test_a_field_that_does_not_exist_is_named_with_the_nearest() -> None:
    with pytest.raises(ModelError) as refused:
        drawn("lazy/fixed", "register.owner")
    assert "`registers.owner`" in refused.value.help


def test_every_format_reports_the_same() -> None:
    found = drawn("lazy/fixed", "registers.owner", "ts")
    text = "\n".join(rendered(text_lines(found)))
    diagrams = ("\n".join(dot(found)), "\n".join(mermaid(found)), svg(found))
    ElementTree.fromstring(diagrams[2])
    for node in found.nodes:
        for form in (text, *diagrams):
            assert label(found, node) in form
    for form in diagrams[:2]:
        assert form.count("->" if "digraph" in form else ">|") == len(found.edges)


def test_names_from_models_cannot_break_a_diagram() -> None:
    evil = 'x"]; <script>\x1b'
    found = Projection(evil, (evil,), ((evil,),), ((evil,),), {}, 0)
    ElementTree.fromstring(svg(found))
    assert "<script" not in svg(found) + "\n".join(mermaid(found))
    assert '\\"' in "\n".join(dot(found))


def test_hand_overs_are_set_apart_in_every_format() -> None:
    found = replace(
        drawn("lazy/fixed", "registers.owner", "ts"),
        handed="the registers",
        hands=frozenset(["registers.owner"]),
    )
    over = sum(hands_over(found, *edge) for edge in found.edges)
    assert 0 < over < len(found.edges)
    assert "\n".join(dot(found)).count("penwidth=3") == over
    assert "\n".join(mermaid(found)).count("==>") == over
    text = "\n".join(rendered(text_lines(found)))
    assert text.count("  ━━▶ ") == over
    assert "━━▶ the registers change hands" in text
    picture = svg(found)
    assert picture.count('stroke-width="3"') == over
    assert picture.count("stroke-dasharray") == len(found.edges) - over
    assert "thick: the registers change hands" in picture


def test_numbers_on_edges_touch_neither_boxes_nor_each_other() -> None:
    found = drawn("lazy/fixed", "registers.owner", "ts")
    layout = Layout(found)
    circles = [
        (float(each.attrib["cx"]), float(each.attrib["cy"]))
        for each in ElementTree.fromstring(svg(found)).iter()
        if each.tag.endswith("circle")
    ]
    assert len(circles) == len(found.edges)
    for one, other in combinations(circles, 2):
        assert dist(one, other) > 2 * BADGE
    for x, y in circles:
        for across, down in layout.places.values():
            clear = abs(x - across) > layout.wide / 2 + BADGE or abs(y - down) > TALL / 2 + BADGE
            assert clear


def test_a_picture_without_owners_says_nothing_about_hands() -> None:
    assert "hands" not in svg(drawn("lazy/fixed", "current", "ts"))
