"""Symbolic runs: every path of a model function, merged when it returns.

A symbolic bit asked for its truth value forks. The function is run again for each decision
sequence that the facts of the path leave open; calls made before a fork are remembered, not
explored again. At the return of each model function the paths' states and results are merged by
cases, so paths add up over calls instead of multiplying. In the tradition of Torlak and Bodik: A
Lightweight Symbolic Virtual Machine for Solver-Aided Host Languages. PLDI 2014.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from verifier.circuit.aig import FALSE
from verifier.language.assignments import require_guarded
from verifier.language.calls import check_given, check_result
from verifier.language.costs import Cost
from verifier.language.errors import Impossible, ModelError, within_project
from verifier.language.examination import examine
from verifier.language.exploration import PathExploration
from verifier.language.functions import ModelFunction
from verifier.language.observing import enter, forbid_answer, uncaught
from verifier.language.paths import Outcome
from verifier.language.returning import arriving, settled
from verifier.language.running import RUNNING, resume, stopping
from verifier.language.symbolic_state import SymbolicState, unsteady
from verifier.language.views import require_given_fresh


class SymbolicRun(SymbolicState):
    """Explores model functions over one state store."""

    def call(self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Explore a call, or recall it when this path has been here before."""
        resume(self)
        frame = self.frame
        made, place = frame.point.calls, frame.cursor
        frame.cursor += 1
        if place == len(made):
            check_given(function, given, named)
            require_given_fresh((*given, *named.values()))
            made.append((function, self._explored(function, given, named)))
        known, outcome = made[place]
        if known is not function:
            raise unsteady()
        for name, failed in outcome.failures.items():
            here = self.graph.both(self.enabled, failed)
            self.failures[name] = self.graph.either(self.failures.get(name, FALSE), here)
        if writes := self.written_by(outcome):
            values = self.store.values
            for written, raw in writes.items():
                values[written] = raw
            self.writes.update(writes)
        if not outcome.possible:
            raise stopping(Impossible())
        self.assume(outcome.enabled, by_model=False)
        self.ages.now = outcome.moment
        if outcome.result is not None:
            forbid_answer(self, function)
        return settled(outcome.result)

    def written_by(self, outcome: Outcome) -> dict[int, Any]:
        """What a call writes, on the path that makes it."""
        return outcome.writes

    def _explored(
        self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Outcome:
        """A call's outcome; what it raises nothing in its caller catches."""
        try:
            return self.explore(function, given, named)
        except ModelError:
            raise
        except RecursionError as error:
            stopping(error)
            raise
        except Exception as error:
            raise uncaught(function, error) from error

    def explore(
        self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Outcome:
        """Every path of a call from the present state, merged; the run is left as it was."""
        if self.guarded:
            require_guarded(function.body)
        self.examined[function.body] = examine(function.body)
        before = (self.store.values, self.writes, self.enabled, self.failures, self.frame)
        moment, way = self.ages.now, self.way
        observing = (self.observing, self.judging)
        self.ran.add(function.body.__code__)
        cost = self.costs.setdefault(function.name, Cost())
        cost.files |= {within_project(function.place.file)}
        start, gates = perf_counter(), self.graph.gates
        enter(self, function)
        running = RUNNING.set(self)
        try:
            outcome = PathExploration(self, function, given, named).paths()
        finally:
            RUNNING.reset(running)
        check_result(function, outcome.result)
        if outcome.result is not None:
            outcome.result = arriving(outcome.result, outcome.moment[0])
        self.ages.now = moment
        self.store.values, self.writes, self.enabled, self.failures, self.frame = before
        self.way = way
        self.observing, self.judging = observing
        cost.calls += 1
        cost.gates += self.graph.gates - gates
        cost.seconds += perf_counter() - start
        return outcome
