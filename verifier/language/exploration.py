"""The paths of one call of a model function: run one after the other, and merged."""

from __future__ import annotations

from typing import Any

from verifier.circuit.aig import FALSE, TRUE
from verifier.language.errors import Disabled, Impossible, ModelError, Overdue
from verifier.language.feasible import is_feasible
from verifier.language.forks import Learned, Meeting, Way, extended
from verifier.language.functions import ModelFunction
from verifier.language.observing import forbid_stop
from verifier.language.paths import DecisionPoint, Decisions, Frame, Outcome
from verifier.language.references import latest
from verifier.language.returning import leaving, meeting
from verifier.language.running import resume
from verifier.language.state_merging import merged_result, raw_pairs, raw_value
from verifier.language.symbolic_state import SymbolicState
from verifier.language.symbolic_values import decided

PATHS = 4096
"""Paths of one call beyond which a model is refused."""
FEWER = "split it into model functions, or combine bits with &, | and ^"


class PathExploration:
    """The paths of one call."""

    def __init__(
        self, run: SymbolicState, function: ModelFunction, given: tuple[Any, ...], named: Any
    ) -> None:
        self.run = run
        self.function = function
        self.given = given
        self.named = named
        self.root = DecisionPoint()
        self.entry = run.store.values
        self.moment = run.ages.now
        self.mark = run.facts.mark()
        self.way = run.way
        self.taken = 0

    def paths(self) -> Outcome:
        """All paths merged: of each decision first those where it holds, then the others."""
        trail: list[tuple[int, Outcome | None]] = []
        forced: Decisions = ()
        while True:
            outcome, decisions = self._path(forced)
            trail += ((literal, None) for literal in decisions[len(trail) :])
            while trail:
                literal, then = trail.pop()
                before = tuple((each, held is None) for each, held in trail)
                if then is None:
                    trail.append((literal, outcome))
                    forced = (*before, (literal, False))
                    break
                outcome = self._merge(literal, then, outcome, before)
            else:
                return outcome

    def _path(self, forced: Decisions) -> tuple[Outcome, list[int]]:
        """One path, with its decisions; one that raises and that no state takes is not enabled."""
        run = self.run
        self.taken += 1
        run.costs[self.function.name].paths += 1
        if self.taken > PATHS:
            raise ModelError(
                f"`{self.function.name}` has more than {PATHS} paths", self.function.place, FEWER
            )
        run.store.values, run.writes = self.entry.copy(), {}
        run.ages.now = self.moment
        run.enabled, run.failures, run.way = TRUE, {}, self.way
        frame = run.frame = Frame(self.root, forced)
        result = run.stopped = None
        possible = True
        try:
            named = {name: decided(each) for name, each in self.named.items()}
            result = self.function.body(*self.given, **named)
            resume(run)
            run.leave_open(raw_value(result))
            if result is not None:
                result = leaving(result, self.moment[0], run.ages.clock)
            enabled = run.enabled
        except Disabled as stop:
            forbid_stop(run, stop)
            enabled = FALSE
        except AssertionError as failure:
            forbid_stop(run, failure)
            name = run.claim(self.function, failure)
            enabled = FALSE
            run.failures[name] = run.graph.either(run.failures.get(name, FALSE), run.enabled)
        except Impossible:
            enabled, possible = FALSE, False
        except (Overdue, RecursionError):
            raise
        except Exception as error:
            if run.is_fault(error):
                raise
            enabled, possible = FALSE, False
        finally:
            facts = dict.fromkeys((*run.facts.since(self.mark), *frame.granted))
            run.learned.append(Learned(tuple(facts), run.way, self.function.place))
            run.facts.undo(self.mark)
        run.stopped = None
        outcome = Outcome(enabled, run.writes, result, run.failures, run.ages.now, possible)
        return outcome, frame.decisions

    def _merge(
        self, condition: int, then: Outcome, otherwise: Outcome, before: Decisions
    ) -> Outcome:
        run, graph = self.run, self.run.graph
        if not (then.possible and otherwise.possible):
            return run.without_impossible(condition, then, otherwise, self.entry)
        failures = {
            name: graph.choose(
                condition, then.failures.get(name, FALSE), otherwise.failures.get(name, FALSE)
            )
            for name in {**then.failures, **otherwise.failures}
        }
        enabled = graph.choose(condition, then.enabled, otherwise.enabled)
        if otherwise.enabled == FALSE:
            return Outcome(enabled, then.writes, then.result, failures, then.moment)
        if then.enabled == FALSE:
            return Outcome(enabled, otherwise.writes, otherwise.result, failures, otherwise.moment)
        writes, entry, pairs = {}, self.entry, []
        for place in {**then.writes, **otherwise.writes}:
            a, b = then.writes.get(place, entry[place]), otherwise.writes.get(place, entry[place])
            writes[place] = a if a is b else run.choose(condition, a, b)
            pairs.append((a, b))
        way, there = extended(self.way, before), (then.enabled, otherwise.enabled)
        results = [each.result for each in (then, otherwise)]
        if then.moment[0] != otherwise.moment[0]:
            results = [self._met(each) for each in (then, otherwise)]
        only = None
        if (then.result is None) != (otherwise.result is None):
            only = self._only_possible(way, condition, then, otherwise)
        stopped = run.stopped
        try:
            if only is None:
                merged = merged_result(run, self.function, condition, *results)
                pairs += raw_pairs(then.result, otherwise.result)
        except ModelError:
            only = self._only_possible(way, condition, then, otherwise)
            if only is None:
                raise
            run.stopped = stopped  # the refusal was of results of which no state gives one
        result = merged if only is None else only.result
        run.meetings.append(Meeting(condition, way, there, tuple(pairs), self.function.place))
        moment = latest(then.moment, otherwise.moment)
        return Outcome(enabled, writes, result, failures, moment)

    def _only_possible(
        self, way: Way, condition: int, then: Outcome, otherwise: Outcome
    ) -> Outcome | None:
        """The one of two outcomes that some state takes; None where each has one."""
        if not self._is_possible(way, condition, then):
            return otherwise
        return None if self._is_possible(way, condition ^ 1, otherwise) else then

    def _is_possible(self, way: Way, decided: int, outcome: Outcome) -> bool:
        """Whether some state takes the paths to an outcome, on which a literal holds."""
        return is_feasible(self.run.graph, ((way, decided), outcome.enabled))

    def _met(self, outcome: Outcome) -> Any:
        """The result of some paths where they meet others that have assigned more."""
        begin = self.moment[0]
        return meeting(outcome.result, begin) if outcome.moment[0] == begin else outcome.result
