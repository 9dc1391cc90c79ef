"""Which step of a proved system needs which lemma."""

from collections.abc import Sequence

import msgspec
import pytest
from pysat.solvers import Solver

from tests.evidence.forged import ONCE, SINGLE, Forged, ring
from tests.evidence.lazy_project import certificate, compiled
from verifier.audit import lemma_dependencies
from verifier.audit.lemma_dependencies import PROPERTY, premises
from verifier.language.errors import ModelError
from verifier.viewer.markup import rendered
from verifier.viewer.proof import certificate_lines, grouped


def test_every_step_and_the_property_say_what_they_need() -> None:
    found = premises(compiled("lazy/fixed"), certificate())
    assert list(found) == ["use_fpu", "switch_to", PROPERTY]
    numbers = set(range(1, len(certificate().lemmas) + 1))
    assert all(set(needed) <= numbers for needed in found.values())
    assert found[PROPERTY]


def test_lemmas_that_a_step_breaks_are_no_proof() -> None:
    wrong = msgspec.structs.replace(certificate(), lemmas=({"ts": (True,)},))
    with pytest.raises(ModelError):
        premises(compiled("lazy/fixed"), wrong)


def test_a_step_needs_what_it_moves_and_nothing_for_what_it_leaves_alone() -> None:
    single = Forged("single", "", SINGLE)
    found = premises(ring(), single.certificate())
    assert found["pass_on"] == (1, 2, 3)
    assert found["age"] == ()
    assert found[PROPERTY] == (1, 2)


class Wasteful(Solver):
    """Takes all that it was given for needed."""

    def solve(self, assumptions: Sequence[int] = ()) -> bool | None:
        self.given = assumptions
        answer: bool | None = super().solve(assumptions=assumptions)
        return answer

    def get_core(self) -> Sequence[int]:
        return self.given


def test_what_a_solver_takes_for_needed_and_is_not_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lemma_dependencies, "Solver", Wasteful)
    found = premises(ring(), Forged("single", "", SINGLE).certificate())
    assert found == {"pass_on": (1, 2, 3), "turn": (), "age": (), PROPERTY: (1, 2)}


def test_a_proof_by_induction_has_no_premises_of_single_steps() -> None:
    assert premises(ring(), Forged("single", "", SINGLE, induction=ONCE).certificate()) == {}


def test_lemmas_are_grouped_by_the_records_that_they_relate_and_keep_their_numbers() -> None:
    groups = grouped(certificate())
    numbers = [number for lemmas in groups.values() for number, _ in lemmas]
    assert sorted(numbers) == list(range(1, len(certificate().lemmas) + 1))
    assert [len(records) for records in groups] == sorted(len(records) for records in groups)


def test_a_proof_reads_as_lemmas_and_what_needs_them() -> None:
    types = {leaf.path: leaf.type for leaf in compiled("lazy/fixed").leaves}
    needs = premises(compiled("lazy/fixed"), certificate())
    text = "\n".join(rendered(certificate_lines(certificate(), types, needs)))
    assert "lazy/fixed/isolation is proved" in text
    assert "which lemmas each step needs" in text
    assert "switch_to" in text


@pytest.mark.parametrize(
    ("count", "induction", "simple", "text"),
    [
        (0, 0, False, "this needs no lemmas: it holds in every state, reachable or not"),
        (
            1,
            0,
            False,
            "pdr: 1 lemma that holds at the start, and every step preserves it; it implies",
        ),
        (
            2,
            0,
            False,
            "2 lemmas that hold at the start, and every step preserves them; together they",
        ),
        (0, 2, True, "after 2 good ones in a row, on paths where no state comes twice"),
        (0, 1, False, "pdr: the first step is good, and so is each step after a good one"),
        (
            1,
            2,
            False,
            "in a row; with 1 lemma that holds at the start, and every step preserves it",
        ),
    ],
)
def test_each_kind_of_proof_is_explained_as_what_it_is(
    count: int, induction: int, simple: bool, text: str
) -> None:
    lemmas = certificate().lemmas[:count]
    proof = msgspec.structs.replace(
        certificate(), engine="pdr", lemmas=lemmas, induction=induction, simple_path=simple
    )
    types = {leaf.path: leaf.type for leaf in compiled("lazy/fixed").leaves}
    assert text in "\n".join(rendered(certificate_lines(proof, types)))
