"""Names of goals: what stands before the colon decides what is looked for."""

import pytest

from verifier.language.goals import Goal, Kind, case_goal, is_claim, is_step, is_witness, step_goal


@pytest.mark.parametrize(
    ("output", "goal"),
    [
        ("isolation", Goal(Kind.CLAIM, "isolation")),
        ("fires:switch_to", Goal(Kind.STEP, "switch_to")),
        ("sometimes:both_run", Goal(Kind.CASE, "both_run")),
        ("always:isolation/f", Goal(Kind.CLAIM, "always:isolation/f")),
        (":", Goal(Kind.CLAIM, ":")),
        ("", Goal(Kind.CLAIM, "")),
    ],
)
def test_an_output_and_its_goal_name_each_other(output: str, goal: Goal) -> None:
    assert Goal.of(output) == goal
    assert str(goal) == output


def test_a_goal_is_a_claim_or_a_witness() -> None:
    assert is_claim("isolation")
    for output in (step_goal("isolation"), case_goal("isolation")):
        assert is_witness(output)
        assert not is_claim(output)
    assert is_step(step_goal("isolation"))
    assert not is_step(case_goal("isolation"))
