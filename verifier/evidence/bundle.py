"""A system's evidence in one file: lemmas that its proofs share, and executions as moves.

Why so: docs/decisions/0007-kept-evidence-one-file-a-system.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from verifier.evidence.certificates import Certificate, Lemma
from verifier.language.goals import step_goal
from verifier.language.plain_values import Value

T = TypeVar("T")


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An execution: the fields that start with any value, and the steps with their choices."""

    start: dict[str, Value]
    moves: tuple[tuple[str, dict[str, Value]], ...]

    def renamed(self, fields: Mapping[str, str], steps: Mapping[str, str]) -> Run:
        """The same about fields and steps that are called otherwise now."""
        moves = tuple((steps.get(step, step), choices) for step, choices in self.moves)
        return Run(_renamed(self.start, fields), moves)

    def only(self, numbers: Sequence[int]) -> Run:
        """The same without its other moves; numbers count from 0."""
        if len(numbers) >= len(self.moves):
            return self
        return Run(self.start, tuple(self.moves[number] for number in numbers))


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a goal is never reached: which of the lemmas show it, see Certificate."""

    lemmas: tuple[int, ...]
    engine: str
    depth: int
    induction: int = 0
    simple_path: bool = False


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A system's evidence, by goal: a property, or a step or case that must be reachable.

    `runs` has the executions that violate a property, or reach what random ones do not find at
    once; `proofs` why the other properties hold, or why something is not reachable.
    """

    schema: Literal[1]
    kind: Literal["kept"]
    system: str
    lemmas: tuple[Lemma, ...] = ()
    proofs: dict[str, Proof] = {}
    runs: dict[str, Run] = {}

    @classmethod
    def of(
        cls, system: str, proofs: Mapping[str, Certificate] = {}, runs: Mapping[str, Run] = {}
    ) -> Bundle:
        """Evidence put together; each lemma is there once, in the order in which proofs name it."""
        number: dict[str, int] = {}
        lemmas: list[Lemma] = []
        shared = {}
        for goal, certificate in sorted(proofs.items()):
            for lemma in certificate.lemmas:
                if number.setdefault(str(lemma), len(lemmas)) == len(lemmas):
                    lemmas.append(lemma)
            shared[goal] = Proof(
                tuple(sorted(number[str(lemma)] for lemma in certificate.lemmas)),
                certificate.engine,
                certificate.depth,
                certificate.induction,
                certificate.simple_path,
            )
        return cls(1, "kept", system, tuple(lemmas), shared, dict(sorted(runs.items())))

    def renamed(self, fields: Mapping[str, str], steps: Mapping[str, str]) -> Bundle:
        """The same about fields and steps that are called otherwise now."""
        if not (fields or steps):
            return self
        goals = {step_goal(was): step_goal(now) for was, now in steps.items()}
        runs = {goal: run.renamed(fields, steps) for goal, run in self.runs.items()}
        return msgspec.structs.replace(
            self,
            lemmas=tuple(_renamed(lemma, fields) for lemma in self.lemmas),
            proofs=_renamed(self.proofs, goals),
            runs=_renamed(runs, goals),
        )

    def certificate(self, goal: str) -> Certificate | None:
        """The proof about a goal as a file of its own would hold it."""
        proof = self.proofs.get(goal)
        if proof is None:
            return None
        return Certificate(
            schema=1,
            kind="certificate",
            system=self.system,
            property=goal,
            engine=proof.engine,
            depth=proof.depth,
            lemmas=tuple(self.lemmas[number] for number in proof.lemmas),
            induction=proof.induction,
            simple_path=proof.simple_path,
        )


def _renamed(values: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    return {names.get(name, name): value for name, value in values.items()}


def formatted(evidence: Bundle) -> bytes:
    """As JSON for people who read differences: a line for each lemma, proof and move."""
    depths = {"lemmas": 1, "proofs": 1, "runs": 3}
    whole = msgspec.to_builtins(evidence)
    items = (f'"{name}": {_lines(item, depths.get(name, 0))}' for name, item in whole.items())
    return ("{\n" + ",\n".join(items) + "\n}\n").encode()


def _lines(value: Any, depth: int) -> str:
    if not value or not depth:
        return msgspec.json.encode(value).decode()
    if isinstance(value, dict):
        items = [f"{_lines(name, 0)}: {_lines(item, depth - 1)}" for name, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n}"
    return "[\n" + ",\n".join(_lines(item, depth - 1) for item in value) + "\n]"
