"""A small system, and proofs about it that are wrong in exactly one condition each.

One of three cells has a token and passes it on; lemmas about what never happens can be true of all
else, or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.evidence.certificates import Certificate, Lemma, clauses_from
from verifier.evidence.verdicts import Clause, Induction
from verifier.language import System, always, assume, event, record, step
from verifier.language.functions import about


class Mode(Enum):
    """Four values, so that one of them is two clauses."""

    OFF = 0
    LOW = 1
    HIGH = 2
    MAX = 3


@event
class Heard:
    loud: bool = False


@record
class Ring:
    """`free` starts with any value."""

    a: bool = True
    b: bool = False
    c: bool = False
    mode: Mode = Mode.OFF
    free: bool = False
    new: bool = True
    heard: Heard = Heard()


@step
def pass_on(ring: Ring) -> None:
    last = ring.c
    ring.c = ring.b
    ring.b = ring.a
    ring.a = last


@step
def turn(ring: Ring, mode: Mode) -> None:
    assume(ring.a and ring.b)
    ring.mode = mode
    ring.free = False


@step
def age(ring: Ring) -> None:
    ring.new = False


@step
def leak(ring: Ring) -> None:
    """Takes the place of `age`: breaks a lemma, and no claim yet."""
    ring.c = True


@step
def shout(ring: Ring) -> None:
    """Breaks a claim, and no lemma."""
    ring.heard.loud = True


@step
def check(ring: Ring) -> None:
    """Breaks neither, and fails an assertion."""
    assert not ring.new, "too soon"


@always("single")
def a_and_b_have_one_token(ring: Ring) -> bool:
    return not (ring.a and ring.b)


@always("old")
def it_is_old(ring: Ring) -> bool:
    """Violated by a first step that leaves it new, and by no later one after a good one."""
    return not ring.new


@always("off")
def it_is_off(ring: Ring) -> bool:
    return ring.mode == Mode.OFF


@always("quiet")
def nothing_is_loud(ring: Ring) -> bool:
    return not ring.heard.loud


@cache
def ring() -> TransitionSystem:
    functions = (a_and_b_have_one_token, it_is_old, it_is_off, nothing_is_loud)
    properties = tuple(known for f in functions if (known := about(f)) is not None)
    system = System("ring/one", Ring(), (pass_on, turn, age), arbitrary=("free",))
    return compile_system(system, properties)


AB: Lemma = {"a": (False,), "b": (False,)}
CA: Lemma = {"a": (False,), "c": (False,)}
BC: Lemma = {"b": (False,), "c": (False,)}
SINGLE: tuple[Lemma, ...] = (AB, CA, BC)
"""Why no two cells have tokens. Two of them rule a violation out, and a step breaks one."""
AGED: Lemma = {"new": (False,)}
NONE = Induction()
ONCE, TWICE, THRICE = Induction(1), Induction(2), Induction(3)


@dataclass(frozen=True)
class Forged:
    """A proof that is wrong in one condition, or in none where that is empty."""

    name: str
    wrong: str
    lemmas: tuple[Lemma, ...]
    property: str = "single"
    induction: Induction = NONE

    def certificate(self) -> Certificate:
        return Certificate(
            schema=1,
            kind="certificate",
            system="ring/one",
            property=self.property,
            engine="pdr",
            depth=1,
            lemmas=self.lemmas,
            induction=self.induction.steps,
            simple_path=self.induction.simple_path,
        )

    def clauses(self) -> tuple[Clause, ...]:
        return tuple(clauses_from(ring(), self.lemmas))


FORGED = (
    Forged("right", "", SINGLE),
    Forged("right about a mode", "", (*SINGLE, {"mode": ("OFF",)}), "off"),
    Forged("right after good steps", "", SINGLE, induction=ONCE),
    Forged("right after a good step that is needed", "", SINGLE, "off", ONCE),
    Forged("right along simple paths", "", (), induction=Induction(3, simple_path=True)),
    Forged("starts with another bit", "initial", (*SINGLE, AGED)),
    Forged("starts with another mode", "initial", (*SINGLE, {"mode": ("LOW",)})),
    Forged("starts with any value", "initial", (*SINGLE, {"free": (True,)})),
    Forged("starts with any value that stays", "initial", (*SINGLE, {"free": (False,)})),
    Forged("starts otherwise, and that is needed", "initial", (AGED,), "old"),
    Forged("starts otherwise, by induction", "initial", (*SINGLE, AGED), induction=ONCE),
    Forged("a step breaks a lemma that is needed", "inductive", (AB, CA)),
    Forged("a step breaks another lemma", "inductive", (*SINGLE, {"new": (True,)})),
    Forged("a step breaks a lemma, by induction", "inductive", (AB, CA), "single", ONCE),
    Forged("no lemmas", "implies", ()),
    Forged("lemmas that say too little", "implies", ({"a": (True,), "b": (True,), "c": (True,)},)),
    Forged("lemmas of another property", "implies", SINGLE, "off"),
    Forged("too few good steps", "implies", (), "single", Induction(2, simple_path=True)),
    Forged("paths that are not simple", "implies", (), "single", THRICE),
    Forged("the first steps are not good", "base", (), "old", ONCE),
    Forged("nor are the first steps with lemmas", "base", SINGLE, "old", TWICE),
)
