"""Steps that are taken by hand, without a screen, are saved to their violation."""

from pathlib import Path

from tests.cli.conftest import Runner


def test_steps_by_hand_are_saved_to_their_violation(nestproof: Runner, tmp_path: Path) -> None:
    saved = str(tmp_path / "by-hand.json")
    steps = "1\n2 next_task=B\n1\n1\nback\nquit\n"
    assert nestproof("simulate", "lazy/broken", "-o", saved, stdin=steps).code == 0
    shown = nestproof("show", saved)
    assert "lazy/broken/isolation is violated after 3 steps" in shown.out, shown.err


def test_steps_by_hand_that_violate_nothing_are_saved_too(
    nestproof: Runner, tmp_path: Path
) -> None:
    saved = str(tmp_path / "by-hand.json")
    nestproof("simulate", "lazy/fixed", "-o", saved, stdin="1\nquit\n")
    assert "use_fpu" in nestproof("show", saved).out


def test_nothing_is_saved_where_no_step_was_taken(nestproof: Runner, tmp_path: Path) -> None:
    file = tmp_path / "by-hand.json"
    ran = nestproof("simulate", "lazy/fixed", "-o", str(file), stdin="quit\n")
    assert "no step was taken" in ran.err
    assert not file.exists()
