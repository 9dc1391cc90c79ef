"""A fuse that can be cut until it is covered, and what a search over its states finds."""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any

from verifier.compiler.translation import compile_system
from verifier.execution.execution import Execution
from verifier.execution.machine import Machine, Move
from verifier.execution.random_walk import random_move
from verifier.language import System, always, assume, event, observer, record, step
from verifier.language.functions import about


@event
class Blast:
    harms: bool = False


@record
class Fuse:
    lit: bool = False
    covered: bool = False
    windy: bool = False
    blast: Blast = Blast()


@observer("who is hurt")
def note(fuse: Fuse, harms: bool) -> None:
    fuse.blast.harms = harms


@step
def light(fuse: Fuse) -> None:
    """Begin."""
    assume(not fuse.lit)
    fuse.lit = True


@step
def cover(fuse: Fuse) -> None:
    """Hide it; from now on nobody can cut it without being hurt."""
    assume(not fuse.covered)
    fuse.covered = True


@step
def turn(fuse: Fuse) -> None:
    """The wind does not matter."""
    fuse.windy = not fuse.windy


@step
def cut(fuse: Fuse) -> None:
    """Begin again, which hurts where it is covered and lit."""
    note(fuse, fuse.lit and fuse.covered)
    fuse.lit = False
    fuse.covered = False


@step
def blow(fuse: Fuse, aside: bool) -> None:
    """It hurts but those who stand aside of a fuse that they see, or of one that is out."""
    note(fuse, fuse.lit and (fuse.covered or not aside))


@always("safety")
def nobody_is_hurt(blast: Blast) -> bool:
    return not blast.harms


CLAIMS = tuple(claim for claim in [about(nobody_is_hurt)] if claim is not None)
FUSE = compile_system(System("explain/fuse", Fuse(), (light, cover, turn, cut, blow)), CLAIMS)
MOVES: list[Move] = [
    (each, dict(zip((choice.name for choice in each.choices), values, strict=True)))
    for each in FUSE.system.actions
    for values in product(*(choice.values for choice in each.choices))
]


def along(*names: str) -> Execution:
    """The steps of these names, whose choice is no."""
    moves = [next(move for move in MOVES if move[0].name == name) for name in names]
    return Execution(FUSE.system, CLAIMS, FUSE.system.initial_values, moves)


def violating(walks: int, longest: int) -> Iterator[Execution]:
    """Random executions from any state to their first violation."""
    for seed in range(walks):
        random, moves = Random(seed), list[Move]()
        start = [random.random() < 0.5 for _ in range(3)] + [False]
        machine = Machine(FUSE.system, start)
        while len(moves) < longest:
            found = random_move(machine, random)
            assert found is not None
            moves.append(found[0])
            if machine.violated("safety", CLAIMS):
                yield Execution(FUSE.system, CLAIMS, start, moves)
                break


def can_escape(values: Sequence[Any], name: str) -> bool:
    """Whether a step can be taken without a violation then or before, from a state on."""
    seen = [tuple(values)]
    for state in seen:
        for move in MOVES:
            machine = Machine(FUSE.system, state)
            if machine.move(move) is None or machine.violated("safety", CLAIMS):
                continue
            if move[0].name == name:
                return True
            if machine.values not in seen:
                seen.append(machine.values)
    return False
