"""From a system to its circuit: every step explored, and properties checked after each."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from time import perf_counter
from typing import Any

from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.circuit.graph import FALSE, TRUE, Graph
from verifier.language.compiled import ASSERTIONS, Compiled, Conjunct
from verifier.language.encoding import Code, encoding
from verifier.language.errors import ModelError, blaming
from verifier.language.explorer import Outcome, SymbolicRun
from verifier.language.functions import ModelFunction
from verifier.language.records import view
from verifier.language.symbolic import Bit, Symbol
from verifier.language.system import Binding, Choice, Step, System, bindings

__all__ = ["Compiled", "compile_system"]

SECONDS = 20.0
"""Time after which one step's or property's exploration is given up."""


def compile_system(system: System, properties: Iterable[ModelFunction]) -> Compiled:
    """Explore every step until the set of fields that ever change is known, then properties.

    Fields that no execution changes stay constants, so that what depends on them folds away.
    """
    begin = perf_counter()
    compiler = _Compiler(system)
    outcomes = compiler.explored()
    while compiler.vary_changed(outcomes):
        outcomes = compiler.explored()
    bound = [b for function in properties for b in bindings(system, function)]
    return compiler.finish(outcomes, bound, begin)


class _Compiler:
    """One attempt after another, each with more fields known to vary."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.leaves = system.layout.leaves
        self.varying = [
            not leaf.constant and system.is_arbitrary(leaf.path) for leaf in self.leaves
        ]

    def explored(self) -> list[Outcome]:
        """The outcome of every step from a state of constants and variables."""
        self.graph = Graph()
        self.names: list[tuple[str, ...]] = []
        self.initial = [_constant(value) for value in self.system.initial_values]
        self.current = [self._variable(i) for i in range(len(self.leaves))]
        self.selector = [self.graph.variable() for _ in range(len(self.system.steps).bit_length())]
        self.pool: list[int] = []
        self.blank = [
            _constant(leaf.default) if leaf.event else now
            for leaf, now in zip(self.leaves, self.current, strict=True)
        ]
        self.run = SymbolicRun(self.graph, self.leaves, self.blank)
        return [self._outcome(step) for step in self.system.actions]

    def _variable(self, place: int) -> Any:
        leaf = self.leaves[place]
        if leaf.event or not self.varying[place]:
            self.names.append(())
            return self.initial[place]
        if leaf.type is bool:
            self.names.append((leaf.path,))
            return self.graph.variable()
        width = encoding(leaf.type).width
        self.names.append(tuple(f"{leaf.path}#{i}" for i in range(width)))
        return tuple(self.graph.variable() for _ in range(width))

    def _outcome(self, step: Step) -> Outcome:
        run = self.run
        run.store.values = list(self.blank)
        choices, place = {}, 0
        for choice in step.choices:
            while len(self.pool) < place + choice.width:
                self.pool.append(self.graph.variable())
            bits = tuple(self.pool[place : place + choice.width])
            place += choice.width
            choices[choice.name] = self._chosen(choice, bits)
        state = self.system.state(run.store)
        with blaming(f"step `{step.name}` of `{self.system.name}`", SECONDS):
            return run.explore(step.function, (state,), choices)

    def _chosen(self, choice: Choice, bits: Code) -> Any:
        if choice.type is bool:
            return Bit(self.run, bits[0], choice.name)
        if not bits:
            return choice.default
        return Symbol(self.run, choice.type, bits, choice.name)

    def vary_changed(self, outcomes: list[Outcome]) -> bool:
        """Mark the leaves that some step changes; whether there are new ones."""
        before = list(self.varying)
        for outcome in outcomes:
            if outcome.enabled == FALSE:
                continue
            for place, raw in enumerate(outcome.values):
                if raw != self.current[place] and not self.leaves[place].event:
                    self.varying[place] = True
        return self.varying != before

    def finish(self, outcomes: list[Outcome], bound: list[Binding], begin: float) -> Compiled:
        """The circuit: latches, and one bad literal per property, witness, step and assertion."""
        graph = self.graph
        chosen = [
            graph.both(self._selected(code), outcome.enabled)
            for code, outcome in enumerate(outcomes, 1)
        ]
        after = [outcome.values for outcome in outcomes]
        idle = graph.any(chosen) ^ 1
        conjuncts: dict[str, list[Conjunct]] = {}
        for binding in bound:
            bad = graph.both(idle, self._violated(binding, self.blank))
            for selected, values in zip(chosen, after, strict=True):
                if selected != FALSE:
                    bad = graph.either(bad, graph.both(selected, self._violated(binding, values)))
            function = binding.function
            group = function.group if function.kind == "always" else f"sometimes:{function.name}"
            conjuncts.setdefault(group, []).append(Conjunct(binding, bad))
        bad_of = {
            name: graph.any(conjunct.bad for conjunct in group) for name, group in conjuncts.items()
        }
        bad_of |= {
            f"fires:{step.name}": selected
            for step, selected in zip(self.system.actions, chosen, strict=True)
        }
        asserted = [
            graph.both(self._selected(code), failed)
            for code, outcome in enumerate(outcomes, 1)
            for failed in outcome.failures.values()
        ]
        if asserted:
            bad_of[ASSERTIONS] = graph.any(asserted)
        return Compiled(
            self.system,
            Circuit(graph, self._inputs(), self._latches(after, outcomes), bad_of),
            tuple(self.names),
            {name: tuple(group) for name, group in conjuncts.items()},
            self.run.costs,
            perf_counter() - begin,
        )

    def _selected(self, code: int) -> int:
        return self.graph.all(
            literal if code >> i & 1 else literal ^ 1 for i, literal in enumerate(self.selector)
        )

    def _violated(self, binding: Binding, values: list[Any]) -> int:
        """The literal that says the property function fails in a state."""
        run = self.run
        run.store.values = list(values)
        with blaming(f"property `{binding.function.name}`", SECONDS):
            records: list[Any] = [view(kind, run.store, place) for kind, place in binding.places]
            outcome = run.explore(binding.function, tuple(records), {})
        if outcome.enabled != TRUE or not isinstance(outcome.result, bool | Bit):
            raise ModelError(
                f"the property `{binding.function.name}` does not return a bool on every path",
                binding.function.place,
                "return what must hold, or may happen; assert and assume belong into steps",
            )
        holds = run.literal_of(outcome.result)
        return holds ^ 1 if binding.function.kind == "always" else holds

    def _inputs(self) -> tuple[Input, ...]:
        steps = [Input(f"step#{i}", literal) for i, literal in enumerate(self.selector)]
        return (*steps, *(Input(f"choice#{i}", literal) for i, literal in enumerate(self.pool)))

    def _latches(self, after: list[list[Any]], outcomes: list[Outcome]) -> tuple[Latch, ...]:
        latches = []
        for place, names in enumerate(self.names):
            if not names:
                continue
            current = _bits(self.current[place])
            reset = _bits(self.initial[place])
            free = self.system.is_arbitrary(self.leaves[place].path)
            steps = [
                tuple(
                    self.graph.choose(outcome.enabled, new, old)
                    for new, old in zip(_bits(values[place]), current, strict=True)
                )
                for values, outcome in zip(after, outcomes, strict=True)
            ]
            for i, name in enumerate(names):
                next = self._muxed(current[i], [bits[i] for bits in steps])
                latches.append(Latch(name, current[i], next, None if free else reset[i] == TRUE))
        return tuple(latches)

    def _muxed(self, idle: int, by_step: list[int]) -> int:
        """The literal that the selected step gives, `idle` where none is."""
        size = 1 << len(self.selector)
        row = [idle, *by_step, *[idle] * (size - 1 - len(by_step))]
        for literal in self.selector:
            row = [self.graph.choose(literal, row[i + 1], row[i]) for i in range(0, len(row), 2)]
        return row[0]


def _constant(value: Any) -> Any:
    """A plain value as a symbolic store keeps it."""
    if type(value) is bool:
        return int(value)
    return encoding(type(value)).constant(value) if isinstance(value, Enum) else value


def _bits(raw: Any) -> tuple[int, ...]:
    return raw if isinstance(raw, tuple) else (raw,)
