"""Lemmas that hold within so many steps: PDR finds them, and bmc uses them no further."""

from collections.abc import Sequence

import pytest

from tests.engines.explicit import layers, random_circuit, shortest_violations, violates
from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import Search
from verifier.engines.budget import Budget
from verifier.engines.pdr import Pdr
from verifier.evidence.verdicts import Bounded, Limits, Violated

GOALS = ("p", "q", "r")
DEPTHS = (0, 1, 2, None)


def excludes(circuit: Circuit, lemma: Bounded, state: int) -> bool:
    index = {latch.name: number for number, latch in enumerate(circuit.latches)}
    return all(bool(state >> index[name] & 1) != value for name, value in lemma[0])


def tightest(circuit: Circuit) -> list[Bounded]:
    """A lemma for each state that is not reached at once: it is not, so many steps long."""
    return [
        (
            tuple(
                (latch.name, not state >> index & 1) for index, latch in enumerate(circuit.latches)
            ),
            steps - 1,
        )
        for steps, states in enumerate(layers(circuit))
        for state in sorted(states)
        if steps
    ]


def search(circuit: Circuit, goal: str, depth: int | None) -> Search:
    """A search for a violation that takes so many steps, or deep enough to show there is none."""
    return Search(circuit, goal, Budget(Limits(depth=depth or len(layers(circuit)))))


def finds_the_shortest(circuit: Circuit, known: Sequence[Bounded], learns_at: int) -> bool:
    for goal, depth in shortest_violations(circuit).items():
        each = search(circuit, goal, depth)
        while not each.ended:
            if each.depth == learns_at:
                each.learn(known)
            each.deepen()
        if depth is None:
            assert each.found is None
        else:
            assert each.found is not None
            assert each.found.depth == depth
            assert violates(circuit, goal, each.found.path)
    return True


@pytest.mark.parametrize("seed", range(150))
def test_what_pdr_learns_holds_in_every_state_within_so_many_steps(seed: int) -> None:
    circuit = random_circuit(seed)
    reached = layers(circuit)
    for depth in DEPTHS:
        proving = Pdr(circuit, GOALS, Limits(depth=depth))
        proving.decided()
        for lemma in proving.learnt():
            for states in reached[: lemma[1] + 1]:
                assert not any(excludes(circuit, lemma, state) for state in states)


@pytest.mark.parametrize("seed", range(150))
def test_lemmas_that_hold_no_longer_hide_no_violation(seed: int) -> None:
    circuit = random_circuit(seed)
    for learns_at in (0, 2):
        assert finds_the_shortest(circuit, tightest(circuit), learns_at)


@pytest.mark.parametrize("seed", range(0, 150, 3))
def test_what_pdr_learns_hides_no_violation(seed: int) -> None:
    circuit = random_circuit(seed)
    for depth in DEPTHS:
        proving = Pdr(circuit, GOALS, Limits(depth=depth))
        proving.decided()
        assert finds_the_shortest(circuit, proving.learnt(), 1)


@pytest.mark.parametrize("seed", range(150))
def test_as_many_steps_are_good_as_pdr_reports(seed: int) -> None:
    circuit = random_circuit(seed)
    expected = shortest_violations(circuit)
    for depth in DEPTHS:
        for goal, verdict in Pdr(circuit, GOALS, Limits(depth=depth)).decided().items():
            good = verdict.good_steps if isinstance(verdict, Violated) else verdict.depth
            steps = expected[goal]
            assert steps is None or good < steps


@pytest.mark.parametrize("seed", range(150))
def test_a_search_that_starts_after_the_good_steps_finds_the_same(seed: int) -> None:
    circuit = random_circuit(seed)
    for goal, depth in shortest_violations(circuit).items():
        if depth is not None:
            each = search(circuit, goal, depth)
            each.learn((), depth - 1)
            each.deepen()
            assert each.found is not None
            assert violates(circuit, goal, each.found.path)
