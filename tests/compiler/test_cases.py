"""Where the cases come from in which a circuit is compared with plain Python."""

from functools import cache, reduce
from itertools import pairwise
from operator import or_

from tests.compiler.faults import CLAIMS
from tests.compiler.machines import MACHINE
from verifier.circuit.aig import TRUE
from verifier.compiler.bits import Case, cases_of, words_of
from verifier.compiler.cases import ROUNDS, WALKS, Cases
from verifier.compiler.coverpoints import Coverpoint, Coverpoints
from verifier.compiler.translation import Translation, translated


@cache
def machine() -> Translation:
    return translated(MACHINE, CLAIMS)


def search() -> Cases:
    return Cases(Coverpoints(machine()), machine().compiled.circuit)


def after(case: Case) -> tuple[int, ...]:
    """The state after a case, by plain evaluation."""
    circuit = machine().compiled.circuit
    literals = [latch.literal for latch in circuit.latches]
    literals += [bit.literal for bit in circuit.inputs]
    values = dict(zip(literals, case, strict=True))
    return tuple(circuit.graph.evaluate([latch.next for latch in circuit.latches], values))


def test_walks_go_on_from_where_they_are_and_half_of_them_begin_at_the_start() -> None:
    circuit = machine().compiled.circuit
    latches = len(circuit.latches)
    rounds = range(0, WALKS * ROUNDS, WALKS)
    words = search()._walks()
    walks = [
        cases_of(words, [walk + begin for begin in rounds], WALKS * ROUNDS) for walk in range(WALKS)
    ]
    for walk in walks:
        for case, following in pairwise(walk):
            assert following[:latches] == after(case)
    start = tuple(int(bool(latch.reset)) for latch in circuit.latches)
    from_start = sum(walk[0][:latches] == start for walk in walks)
    assert WALKS // 3 < from_start < WALKS
    assert len({walk[0][latches:] for walk in walks}) > 8


def test_cases_are_chosen_until_each_point_is_reached_often_enough_the_first_case_too() -> None:
    one = search()
    only = cases_of(one._walks(), [0], WALKS * ROUNDS)
    one._choose(words_of(only), 1)
    assert list(one.chosen) == only
    whole = search()
    assert 20 < len(whole.found()) < 100
    for point, times, wanted in zip(whole.coverpoints.all, whole.times, whole.wanted, strict=True):
        assert times >= min(wanted, 1) or point in whole.unreachable


def test_of_several_cases_one_is_chosen_that_reaches_what_is_rare_too() -> None:
    cases = search()
    assert cases._lane(0b1111, [0b0110, 0b0010]) == 1
    assert cases._lane(0b1111, [0b0110, 0b1000]) == 2
    assert cases._lane(0b0101, []) == 2


def test_that_a_step_is_not_enabled_is_a_case_of_its_own() -> None:
    points, steps = Coverpoints(machine()), machine().steps
    variables, ones = search()._walks(), (1 << WALKS * ROUNDS) - 1
    reached = points.words(variables, ones)
    values = dict(zip(points.variables, variables, strict=True))
    seen = set()
    for action, selected, outcome in zip(
        steps.system.actions, steps.selected, steps.outcomes, strict=True
    ):
        chosen, able = points.graph.evaluate([selected, outcome.enabled], values, ones)
        assert reached[named(points, f"step `{action.name}` is taken").point] == chosen & able
        if outcome.enabled != TRUE:
            disabled = named(points, f"step `{action.name}` is not enabled")
            assert reached[disabled.point] == chosen & ~able != 0
            seen.add(action.name)
    assert seen


def test_that_a_step_changes_a_field_is_a_case_of_its_own() -> None:
    points, compiled = Coverpoints(machine()), machine().compiled
    variables, ones = search()._walks(), (1 << WALKS * ROUNDS) - 1
    reached = points.words(variables, ones)
    latches = {latch.name: latch for latch in compiled.circuit.latches}
    literals = [each.literal for each in latches.values()]
    literals += [bit.literal for bit in compiled.circuit.inputs]
    words = dict(zip(literals, variables, strict=True))
    seen = set()
    for action in compiled.system.actions:
        taken = reached[named(points, f"step `{action.name}` is taken").point]
        for leaf, names in zip(compiled.leaves, compiled.latch_names, strict=True):
            what = f"step `{action.name}` changes `{leaf.path}`"
            found = [each for each in points.all if each.what == what]
            if names and found:
                following = [latches[name].next for name in names]
                after = compiled.circuit.graph.evaluate(following, words, ones)
                before = [words[latches[name].literal] for name in names]
                moved = [a ^ b for a, b in zip(before, after, strict=True)]
                assert reached[found[0].point] == taken & reduce(or_, moved)
                seen.add(leaf.path)
    assert {"b", "c", "row", "parts[A].row"} <= seen


def named(points: Coverpoints, what: str) -> Coverpoint:
    [found] = [each for each in points.all if each.what == what]
    return found
