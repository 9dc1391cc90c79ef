"""One system by three interpreters: plain Python, the concrete run, and the circuit."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import iscoroutine
from itertools import chain, product
from random import Random
from types import ModuleType
from typing import Any, get_type_hints

from tests.language.second_oracle import plain
from verifier.compiler.transition_system import ASSERTIONS, TransitionSystem
from verifier.language import ModelError
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.system import Step

LANES = 48
"""Cases of each step, unless all of them are fewer."""

Outcome = dict[str, object]
"""What is compared: fields after the step, whether it was taken, what failed, properties."""


@dataclass(frozen=True)
class Result:
    """What became of a construct: `refused`, `equal`, or `different` with the first difference.

    `table` is a digest of all outcomes: it is the same under every hash seed.
    """

    verdict: str
    detail: str = ""
    cases: int = 0
    error: ModelError | None = None
    table: int = 0


class Comparison:
    """One system by the three interpreters."""

    def __init__(self, compiled: TransitionSystem, theirs: ModuleType, seed: int) -> None:
        self.compiled = compiled
        self.system = theirs.SYSTEM
        self.blank = plain.copied(self.system.initial)
        plain.blank(self.blank)
        self.hints = [get_type_hints(function) for function in self.system.steps]
        self.random = Random(seed)
        self.leaves = [leaf.path for leaf in compiled.leaves]
        self.events = {leaf.path for leaf in compiled.leaves if leaf.event}
        self.constants = {leaf.path for leaf in compiled.leaves if leaf.constant}
        self.state_paths = [
            path for path in self.leaves if path not in self.events and path not in self.constants
        ]
        self.groups: dict[str, list[Callable[..., Any]]] = {}
        for value in vars(theirs).values():
            kind, group = plain.KINDS.get(value, ("", "")) if callable(value) else ("", "")
            assert kind in ("", "step", "always", "sometimes"), f"what does {kind} mean?"
            if kind in ("always", "sometimes"):
                name = group if kind == "always" else f"sometimes:{value.__name__}"
                self.groups.setdefault(name, []).append(value)

    def result(self) -> Result:
        """What differs first, of every step in all its cases, or in some by chance."""
        before = list(plain.leaves(self.system.initial))
        if [path for path, _ in before] != self.leaves:
            return Result("different", f"the fields are {self.leaves} and {before}")
        resets = {latch.name: bool(latch.reset) for latch in self.compiled.circuit.latches}
        for (path, value), ours in zip(before, self.start(resets), strict=True):
            if value != ours and not self.compiled.system.is_arbitrary(path):
                return Result("different", f"`{path}` starts as {value} in Python, {ours} here")
        cases, table = 0, 0
        for number, step in enumerate(self.compiled.system.actions):
            lanes = list(self.lanes(number + 1, step))
            for bits, circuit in zip(lanes, self.circuit(lanes, step), strict=True):
                difference = self.difference(number, step, bits, circuit)
                if difference:
                    return Result("different", difference, cases)
                cases += 1
                table = zlib.crc32(repr(circuit).encode(), table)
        return Result("equal", cases=cases, table=table)

    # cases

    def lanes(self, code: int, step: Step) -> Iterator[dict[str, bool]]:
        """Latches and inputs for a step, each case once."""
        circuit = self.compiled.circuit
        selector = {
            bit.name: bool(code >> int(bit.name.partition(":")[2]) & 1)
            for bit in circuit.inputs
            if bit.name.startswith("step:")
        }
        width = sum(choice.width for choice in step.choices)
        free = [latch.name for latch in circuit.latches]
        free += [f"choice:{place}" for place in range(width)]
        rows: Iterator[tuple[bool, ...]]
        if 1 << len(free) <= LANES:
            rows = product((False, True), repeat=len(free))
        else:
            rows = (tuple(self.random.random() < 0.5 for _ in free) for _ in range(LANES))
        seen = set()
        for row in rows:
            bits = {bit.name: False for bit in circuit.inputs}
            bits |= {**selector, **dict(zip(free, row, strict=True))}
            move = self.compiled.taken(bits)
            key = (tuple(self.start(bits)), str(move and move[1]))
            if key not in seen:
                seen.add(key)
                yield bits

    def start(self, bits: Mapping[str, bool]) -> list[object]:
        return [plain.shown(value) for value in self.compiled.start(bits)]

    # the three

    def circuit(self, lanes: list[dict[str, bool]], step: Step) -> list[Outcome]:
        """What the circuit says of each case."""
        circuit = self.compiled.circuit
        now = {
            bit.literal: sum(lane[bit.name] << place for place, lane in enumerate(lanes))
            for bit in chain(circuit.inputs, circuit.latches)
        }
        roots = {latch.name: latch.next for latch in circuit.latches}
        roots |= {f"bad {name}": literal for name, literal in circuit.bad.items()}
        words = circuit.graph.evaluate(roots.values(), now, (1 << len(lanes)) - 1)
        named = dict(zip(roots, words, strict=True))
        outcomes = []
        for place in range(len(lanes)):
            after = {name: bool(word >> place & 1) for name, word in named.items()}
            outcome = self.fields(dict(zip(self.leaves, self.start(after), strict=True)))
            outcome["taken"] = after[f"bad fires:{step.name}"]
            outcome["failed"] = after.get(f"bad {ASSERTIONS}", False)
            outcome |= {group: after[f"bad {group}"] for group in self.groups}
            outcomes.append(outcome)
        return outcomes

    def fields(self, values: Mapping[str, object]) -> Outcome:
        """The fields that are part of the state."""
        return {path: values[path] for path in self.state_paths}

    def concrete(self, step: Step, bits: Mapping[str, bool], choices: Mapping[str, Any]) -> Outcome:
        """What the language does on plain values."""
        run = ConcreteRun(self.compiled.leaves, self.compiled.start(bits))
        state = self.compiled.system.state(run.store)
        taken = run.take(step.function, state, choices)
        if taken is None:
            run.stand()
        values = map(plain.shown, run.store.values)
        outcome = self.fields(dict(zip(self.leaves, values, strict=True)))
        outcome["taken"] = taken is not None and taken.failed is None
        outcome["failed"] = taken is not None and taken.failed is not None
        for group, conjuncts in self.compiled.conjuncts.items():
            holds = [conjunct.binding.holds(run.store) for conjunct in conjuncts]
            outcome[group] = any(holds) if group.startswith("sometimes:") else not all(holds)
        return outcome

    def plain(self, number: int, bits: Mapping[str, bool], choices: Mapping[str, Any]) -> Outcome:
        """What Python does on dataclasses."""
        state = self.state(bits)
        function, kinds = self.system.steps[number], self.hints[number]
        given = {
            name: plain.meant(kinds[name], plain.shown(value)) for name, value in choices.items()
        }
        taken, failed = True, False
        try:
            running = function(state, **given)
            if iscoroutine(running):
                running.close()
        except plain.Disabled:
            taken = False
        except AssertionError:
            taken, failed = False, True
        if not taken:
            state = self.state(bits)
        outcome = self.fields(dict(zip(self.leaves, plain.values(state, []), strict=True)))
        outcome |= {"taken": taken, "failed": failed}
        for group, functions in self.groups.items():
            holds = [holding for each in functions for holding in self.held(each, state)]
            outcome[group] = any(holds) if group.startswith("sometimes:") else not all(holds)
        return outcome

    def state(self, bits: Mapping[str, bool]) -> Any:
        """The state that latches mean, with blank events."""
        state = plain.copied(self.blank)
        for place, value in enumerate(self.compiled.start(bits)):
            if self.compiled.latch_names[place]:
                plain.put(state, self.leaves[place], plain.shown(value))
        return state

    def held(self, function: Callable[..., Any], state: Any) -> Iterator[Any]:
        """A property on each of the records that it can be about."""
        kinds = [kind for name, kind in get_type_hints(function).items() if name != "return"]
        for records in product(*(list(plain.records_of(state, kind)) for kind in kinds)):
            yield function(*records)

    def difference(
        self, number: int, step: Step, bits: dict[str, bool], circuit: Outcome
    ) -> str | None:
        """What the first interpreter that disagrees with plain Python says differently."""
        move = self.compiled.taken(bits)
        choices = move[1] if move else {}
        try:
            concrete = self.concrete(step, bits, choices)
        except ModelError as error:
            return f"only the concrete run refuses: {error}, {self.where(step, bits, choices)}"
        try:
            wanted = self.plain(number, bits, choices)
        except Exception as error:
            what = f"Python raises {type(error).__name__}: {error}; the circuit does not"
            return f"{what}, {self.where(step, bits, choices)}"
        for name, ran in (("concrete run", concrete), ("circuit", circuit)):
            for what, value in wanted.items():
                if ran[what] != value:
                    what = f"`{what}` is {value} in Python, {ran[what]} by the {name}"
                    return f"{what}, {self.where(step, bits, choices)}"
        return None

    def where(self, step: Step, bits: Mapping[str, bool], choices: Mapping[str, Any]) -> str:
        """The state and the step of a case."""
        start = dict(zip(self.leaves, self.start(bits), strict=True))
        varying = {path: start[path] for path in self.leaves if path in self.compiled.changing}
        given = {name: plain.shown(value) for name, value in choices.items()}
        return f"from {varying} by {step.name}{given}"
