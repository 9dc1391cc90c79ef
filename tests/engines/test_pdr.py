import signal
from itertools import product

import pytest
from pysat.solvers import Solver

from tests.corpus.build import Builder
from tests.engines import clock
from tests.engines.explicit import holds, random_circuit, shortest_violations, violates
from verifier.audit.proof_checking import all_hold
from verifier.circuit.circuit import Circuit
from verifier.circuit.cnf import transition
from verifier.engines.pdr import minimise, pdr, supports
from verifier.engines.pdr.preprocess import compact
from verifier.evidence.verdicts import Invariant, Limits, Progress, Proved, Unknown, Violated

GOALS = ("p", "q", "r")


def counter(width: int, limit: int) -> Circuit:
    """Counts up when told to; `full` is violated after `limit` counts."""
    build = Builder()
    go = build.input("go")
    word = build.latch_word("count", width)
    carry, following = go, []
    for bit in word:
        following.append(build.graph.differ(bit, carry))
        carry = build.graph.both(bit, carry)
    build.next_word(word, following)
    build.bad("full", build.equals(word, limit))
    return build.circuit()


def ring(width: int) -> Circuit:
    """A token goes round; two tokens at once would be wrong."""
    build = Builder()
    go = build.input("go")
    word = build.latch_word("token", width, reset=1)
    for index, latch in enumerate(word):
        build.next(latch, build.graph.choose(go, word[index - 1], latch))
    pairs = [build.graph.both(a, b) for index, a in enumerate(word) for b in word[index + 1 :]]
    build.bad("two", build.graph.any(pairs))
    build.bad("first", build.graph.both(word[0], word[1]))
    build.bad("none", build.graph.all(bit ^ 1 for bit in word))
    build.bad("last", word[-1])
    return build.circuit()


def settles_as_by_exhaustive_search(circuit: Circuit) -> bool:
    expected = shortest_violations(circuit)
    together = pdr(circuit, GOALS, Limits())
    alone = {goal: pdr(circuit, [goal], Limits())[goal] for goal in GOALS}
    assert list(together) == list(GOALS)
    for verdicts in (together, alone):
        for goal, verdict in verdicts.items():
            steps = expected[goal]
            if steps is None:
                assert isinstance(verdict, Proved)
                assert holds(circuit, goal, verdict.invariant)
            else:
                assert isinstance(verdict, Violated)
                assert verdict.depth == steps
                assert verdict.shortest
                assert violates(circuit, goal, verdict.path)
    return True


@pytest.mark.parametrize("seed", range(400))
def test_random_systems_are_settled_as_by_exhaustive_search(seed: int) -> None:
    assert settles_as_by_exhaustive_search(random_circuit(seed))


@pytest.mark.parametrize("seed", range(400, 600))
def test_what_only_long_searches_do_keeps_the_answers(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.engines.pdr._FIRST_TURN", 3)
    monkeypatch.setattr("verifier.engines.pdr.search._QUERIES_WORTH_COMPACTING", 5)
    monkeypatch.setattr("verifier.engines.pdr.search._STALE_CLAUSES", 3)
    monkeypatch.setattr("verifier.engines.pdr.cti_cache._STEPS_IN_A_GENERATION", 2)
    assert settles_as_by_exhaustive_search(random_circuit(seed))


@pytest.mark.parametrize("seed", range(60))
def test_a_compact_step_gives_the_same_next_states(seed: int) -> None:
    plain = transition(random_circuit(seed))
    small = compact(plain)
    assert small.variables <= plain.variables
    assert (small.latches, small.inputs) == (plain.latches, plain.inputs)
    bits = range(1, plain.latches + plain.inputs + 1)
    with (
        Solver("m22", bootstrap_with=plain.clauses) as one,
        Solver("m22", bootstrap_with=small.clauses) as other,
    ):
        for signs in product((1, -1), repeat=len(bits)):
            assumed = [sign * bit for sign, bit in zip(signs, bits, strict=True)]
            assert one.solve(assumed)
            model = one.get_model()
            pairs = zip(
                [*plain.next, *plain.bad.values()],
                [*small.next, *small.bad.values()],
                strict=True,
            )
            forced = [y if x in model else -y for x, y in pairs]
            assert other.solve([*assumed, *forced])
            assert not any(other.solve([*assumed, -literal]) for literal in forced)


@pytest.mark.parametrize("seed", range(0, 400, 4))
def test_minimised_certificates_still_prove_and_have_nothing_to_spare(seed: int) -> None:
    circuit = random_circuit(seed)
    for goal, verdict in pdr(circuit, GOALS, Limits()).items():
        if not isinstance(verdict, Proved):
            continue
        clauses = minimise(circuit, [goal], verdict.invariant, Limits()).clauses
        assert holds(circuit, goal, Invariant(clauses))
        assert len(clauses) <= len(verdict.invariant.clauses)
        for clause in clauses:
            rest = tuple(other for other in clauses if other != clause)
            assert not holds(circuit, goal, Invariant(rest))


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_several_goals_share_one_small_invariant_and_each_gets_its_part(seed: int) -> None:
    circuit = random_circuit(seed)
    verdicts = pdr(circuit, GOALS, Limits())
    proved = {goal: v for goal, v in verdicts.items() if isinstance(v, Proved)}
    whole = Invariant(tuple({c: None for v in proved.values() for c in v.invariant.clauses}))
    clauses = minimise(circuit, list(proved), whole, Limits()).clauses
    assert all_hold(circuit, list(proved), [[(clause,)] for clause in clauses])
    for clause in clauses:
        rest = [[(other,)] for other in clauses if other != clause]
        assert not all_hold(circuit, list(proved), rest)
    lemmas = [clauses[place : place + 2] for place in range(0, len(clauses), 2)]
    for goal, numbers in supports(circuit, proved, lemmas).items():
        part = Invariant(tuple(clause for number in numbers for clause in lemmas[number]))
        assert holds(circuit, goal, part)


def test_equal_calls_give_equal_answers() -> None:
    def answers() -> list[object]:
        verdicts = pdr(ring(9), ["two", "none", "last"], Limits()).values()
        return [v.invariant if isinstance(v, Proved) else v.path for v in verdicts]  # type: ignore[union-attr]

    assert answers() == answers()


def test_a_token_ring_keeps_exactly_one_token() -> None:
    verdicts = pdr(ring(8), ["two", "first", "none", "last"], Limits())
    for goal in ("two", "first", "none"):
        verdict = verdicts[goal]
        assert isinstance(verdict, Proved)
        assert holds(ring(8), goal, verdict.invariant)
    violated = verdicts["last"]
    assert isinstance(violated, Violated)
    assert violated.depth == 8


def test_a_deep_violation_is_found_at_its_depth() -> None:
    verdict = pdr(counter(7, 100), ["full"], Limits())["full"]
    assert isinstance(verdict, Violated)
    assert violates(counter(7, 100), "full", verdict.path)
    assert verdict.depth == 101


def test_a_property_violated_by_the_first_step_has_a_path_of_one_step() -> None:
    build = Builder()
    build.bad("p", build.latch("s", reset=None))
    verdict = pdr(build.circuit(), ["p"], Limits())["p"]
    assert isinstance(verdict, Violated)
    assert verdict.path.start == {"s": True}
    assert verdict.path.inputs == ({},)


@pytest.mark.parametrize("bad", [0, 1])
def test_a_constant_property_of_a_system_without_latches(bad: int) -> None:
    build = Builder()
    build.input("unused")
    build.bad("p", bad)
    verdict = pdr(build.circuit(), ["p"], Limits())["p"]
    if bad:
        assert isinstance(verdict, Violated)
        assert verdict.depth == 1
    else:
        assert isinstance(verdict, Proved)
        assert verdict.invariant.clauses == ()


def test_a_path_gives_every_input_a_value_even_outside_the_cone() -> None:
    build = Builder()
    build.input("unused")
    build.bad("p", build.input("used"))
    verdict = pdr(build.circuit(), ["p"], Limits())["p"]
    assert isinstance(verdict, Violated)
    assert verdict.path.inputs == ({"unused": False, "used": True},)


def test_asking_for_no_goal_answers_nothing() -> None:
    assert pdr(ring(3), [], Limits()) == {}


def test_the_depth_limit_ends_in_unknown_with_the_steps_known_good() -> None:
    verdict = pdr(counter(7, 100), ["full"], Limits(depth=5))["full"]
    assert isinstance(verdict, Unknown)
    assert verdict.reason == "depth limit of 5 frames"
    assert verdict.depth == 6
    assert shortest_violations(counter(5, verdict.depth))["full"] == verdict.depth + 1


def test_the_time_limit_ends_every_open_goal_in_unknown() -> None:
    verdicts = pdr(ring(6), ["two", "none"], Limits(seconds=0.0))
    for verdict in verdicts.values():
        assert isinstance(verdict, Unknown)
        assert verdict.reason == "time limit of 0 s"
        assert verdict.depth == 0


def test_the_memory_limit_ends_in_unknown() -> None:
    verdict = pdr(counter(10, 1000), ["full"], Limits(memory=2**20))["full"]
    assert isinstance(verdict, Unknown)
    assert verdict.reason == "memory limit of 1 MB"


def test_progress_goes_to_the_watch() -> None:
    seen: list[Progress] = []
    verdict = pdr(counter(3, 5), ["full"], Limits(), seen.append)["full"]
    assert [progress.depth for progress in seen[:-1]] == list(range(1, len(seen)))
    assert {progress.engine for progress in seen} == {"pdr"}
    assert [progress.found for progress in seen if progress.found] == [verdict]


def test_an_interrupt_ends_the_search() -> None:
    def interrupt(_: Progress) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        pdr(counter(3, 5), ["full"], Limits(), interrupt)


def test_a_hard_goal_does_not_starve_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.put_in(monkeypatch, 0.0001)
    monkeypatch.setattr("verifier.engines.pdr._FIRST_TURN", 200)
    build = Builder()
    go = build.input("go")
    word = build.latch_word("count", 24)
    carry = go
    for bit in word:
        build.next(bit, build.graph.differ(bit, carry))
        carry = build.graph.both(bit, carry)
    build.bad("far", build.equals(word, (1 << 24) - 1))
    build.bad("near", build.equals(word, 6))
    verdicts = pdr(build.circuit(), ["far", "near"], Limits(seconds=3))
    assert isinstance(verdicts["far"], Unknown)
    assert isinstance(verdicts["near"], Violated)


def test_minimising_keeps_what_a_proof_says_about_latches_outside_the_cone() -> None:
    build = Builder()
    inside, outside = build.latch("inside"), build.latch("outside")
    assert outside != inside
    build.bad("bad", inside)
    circuit = build.circuit()
    assert [latch.name for latch in circuit.restricted(["bad"]).latches] == ["inside"]
    clauses = ((("inside", False), ("outside", True)), (("inside", False), ("outside", False)))
    small = minimise(circuit, ["bad"], Invariant(clauses), Limits())
    assert holds(circuit, "bad", small)


def test_minimising_refuses_what_is_no_proof() -> None:
    with pytest.raises(ValueError, match="does not rule out a violation"):
        minimise(ring(4), ["two"], Invariant(()), Limits())
    with pytest.raises(ValueError, match="not inductive"):
        minimise(ring(4), ["last"], Invariant(((("token.3", False),),)), Limits())
