"""Random model functions: programs as nested tuples, and the model language running them.

The interpreter is itself a model: its `if`, `and`, `match`, loops, early returns and calls fork,
merge and are remembered as anybody's would.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any

from verifier.language import (
    Family,
    System,
    abstracts,
    always,
    assume,
    event,
    ghost,
    observer,
    record,
    snapshot,
    sometimes,
    step,
)

Program = tuple[Any, ...]


class One(Enum):
    ONLY = 0


class Two(Enum):
    LEFT = 0
    RIGHT = 1


class Three(Enum):
    A = 0
    B = 1
    C = 2


class Five(Enum):
    P = "p"
    Q = "q"
    R = "r"
    S = "s"
    T = "t"


class Eight(Enum):
    E0 = 0
    E1 = 1
    E2 = 2
    E3 = 3
    E4 = 4
    E5 = 5
    E6 = 6
    E7 = 7


ENUMS: tuple[type[Enum], ...] = (One, Two, Three, Five, Eight)


@record
class Inner:
    flag: bool = False
    other: bool = True
    two: Two = Two.LEFT
    five: Five = Five.Q
    maybe: Three | None = Three.B


@record
class Outer:
    inner: Inner = Inner(five=Five.T)
    spare: Inner = Inner()
    bits: Family[Three, bool] = Family({Three.B: True})


@ghost
class Seen:
    flag: bool = False
    three: Three = Three.A
    maybe: Three | None = None
    inner: Inner = Inner()


@event
class Happened:
    flag: bool = False
    five: Five = Five.P
    maybe: Three | None = Three.C
    inner: Inner = Inner(flag=True)


@record
class State:
    a: bool = False
    b: bool = True
    c: bool = False
    d: bool = False
    one: One = One.ONLY
    two: Two = Two.RIGHT
    three: Three = Three.A
    five: Five = Five.S
    eight: Eight = Eight.E3
    maybe: Three | None = None
    single: One | None = One.ONLY
    left: Inner = Inner()
    right: Inner = Inner(flag=True, two=Two.RIGHT)
    outer: Outer = Outer()
    rows: Family[Three, Inner] = Family({Three.C: Inner(flag=True)})
    bits: Family[Five, bool] = Family({Five.P: True})
    modes: Family[Two, Eight] = Family()
    holders: Family[Two, Three | None] = Family({Two.RIGHT: Three.A})
    seen: Seen = Seen()
    happened: Happened = Happened()


# running a program


def field(r: Any, name: str) -> Any:
    """A field of the state or of a part."""
    match name:
        case "a":
            return r.a
        case "b":
            return r.b
        case "c":
            return r.c
        case "d":
            return r.d
        case "one":
            return r.one
        case "two":
            return r.two
        case "three":
            return r.three
        case "five":
            return r.five
        case "eight":
            return r.eight
        case "flag":
            return r.flag
        case "other":
            return r.other
    raise NotImplementedError(name)


def assign(s: State, name: str, value: Any) -> None:
    match name:
        case "a":
            s.a = value
        case "b":
            s.b = value
        case "c":
            s.c = value
        case "d":
            s.d = value
        case "one":
            s.one = value
        case "two":
            s.two = value
        case "three":
            s.three = value
        case "five":
            s.five = value
        case "eight":
            s.eight = value
        case _:
            raise NotImplementedError(name)


def truth(s: State, e: Program) -> bool:
    match e:
        case ("const", value):
            return value
        case ("bit", name):
            return field(s, name)
        case ("not", x):
            return not truth(s, x)
        case ("and", x, y):
            return truth(s, x) and truth(s, y)
        case ("or", x, y):
            return truth(s, x) or truth(s, y)
        case ("&", x, y):
            return truth(s, x) & truth(s, y)
        case ("|", x, y):
            return truth(s, x) | truth(s, y)
        case ("^", x, y):
            return truth(s, x) ^ truth(s, y)
        case ("same", x, y):
            return truth(s, x) == truth(s, y)
        case ("equal", x, y):
            return member(s, x) == member(s, y)
        case ("unequal", x, y):
            return member(s, x) != member(s, y)
        case ("among", x, *members):
            return member(s, x) in tuple(members)
        case ("cell", x):
            return s.bits[member(s, x)]
        case ("field", x, name):
            return field(part(s, x), name)
        case ("records", x, y):
            return part(s, x) == part(s, y)
        case ("differ", x, y):
            return part(s, x) != part(s, y)
        case ("called", x):
            return called_truth(s, x)
        case ("none", x):
            return perhaps(s, x) is None
        case ("alike", x, y):
            return perhaps(s, x) == perhaps(s, y)
        case ("unlike", x, y):
            return perhaps(s, x) != perhaps(s, y)
        case ("single",):
            return s.single is not None
        case ("matched", x):
            return matched(s, x)
        case ("known", x, y):
            found = known(s, x, y)
            return found.sure and found.three is not None
        case ("second", x, y):
            _, second = both(s, x, y)
            return second
    raise NotImplementedError(e)


@abstracts("a bool by cases")
def called_truth(s: State, e: Program) -> bool:
    if truth(s, e):
        return True
    return False


def matched(s: State, x: Program) -> bool:
    match perhaps(s, x):
        case None:
            return s.a
        case Three.B:
            return s.b
    return s.c


@dataclass(frozen=True)
class Known:
    sure: bool
    three: Three | None


@abstracts("what is known by cases")
def known(s: State, x: Program, y: Program) -> Known:
    if truth(s, x):
        return Known(s.a, perhaps(s, y))
    return Known(True, None)


def perhaps(s: State, e: Program) -> Three | None:
    """A member or None."""
    match e:
        case ("nobody",):
            return None
        case ("maybe",):
            return s.maybe
        case ("holder", x):
            return s.holders[member(s, x)]
        case ("of part", x):
            return part(s, x).maybe
        case ("choose maybe", c, x, y):
            return chosen_perhaps(s, c, x, y)
        case ("paired", c, x):
            found, sure = paired(s, c, x)
            return found if sure else s.three
    return member(s, e)


@abstracts("a member or None by cases")
def chosen_perhaps(s: State, c: Program, x: Program, y: Program) -> Three | None:
    if truth(s, c):
        return perhaps(s, x)
    return perhaps(s, y)


@abstracts("a member or None in a tuple")
def paired(s: State, c: Program, x: Program) -> tuple[Three | None, bool]:
    if truth(s, c):
        return perhaps(s, x), s.b
    return None, True


@abstracts("a pair")
def both(s: State, x: Program, y: Program) -> tuple[Three, bool]:
    if truth(s, x):
        return s.three, truth(s, y)
    return Three.C, s.a


def member(s: State, e: Program) -> Any:
    match e:
        case ("member", value):
            return value
        case ("variable", name):
            return field(s, name)
        case ("row", x):
            return s.modes[member(s, x)]
        case ("of", x, name):
            return field(part(s, x), name)
        case ("choose", c, x, y):
            return chosen_member(s, c, x, y)
        case ("turned", x):
            return turned(s, member(s, x))
        case ("or else", x, y):
            found = perhaps(s, x)
            return member(s, y) if found is None else given_member(s, found)
    raise NotImplementedError(e)


@abstracts("a member by cases")
def chosen_member(s: State, c: Program, x: Program, y: Program) -> Any:
    if truth(s, c):
        return member(s, x)
    return member(s, y)


@abstracts("what it is given, which may be None elsewhere")
def given_member(s: State, three: Three | None) -> Three:
    if three is None:
        return s.three
    return three


@abstracts("another enum with the same code, and the same enum turned")
def turned(_: State, two: Two) -> Two:
    match two:
        case Two.LEFT:
            return Two.RIGHT
        case Two.RIGHT:
            return Two.LEFT


def part(s: State, e: Program) -> Inner:
    match e:
        case ("left",):
            return s.left
        case ("right",):
            return s.right
        case ("deep",):
            return s.outer.inner
        case ("at", x):
            return s.rows[member(s, x)]
        case ("pick", c, x, y):
            return picked(s, c, x, y)
        case ("make", x, y):
            return Inner(flag=truth(s, x), five=member(s, y), maybe=s.maybe)
        case ("plain",):
            return Inner(other=False)
        case ("copy", x):
            return snapshot(part(s, x))
        case ("default",):
            return DEFAULT
        case ("reload", c, x, y):
            return reloaded(s, c, x, y)
    raise NotImplementedError(e)


DEFAULT = Inner(two=Two.RIGHT)


@abstracts("a part or value by cases")
def picked(s: State, c: Program, x: Program, y: Program) -> Inner:
    if truth(s, c):
        return part(s, x)
    return part(s, y)


@abstracts("a part that is assigned first, or another")
def reloaded(s: State, c: Program, x: Program, y: Program) -> Inner:
    if truth(s, c):
        s.right = part(s, x)
        return s.right
    return part(s, y)


def run(s: State, block: Program) -> bool:
    """Run a block; whether it returned early."""
    return any(ran(s, statement) for statement in block)


def ran(s: State, statement: Program) -> bool:
    match statement:
        case ("set", name, x):
            assign(s, name, truth(s, x))
        case ("put", name, x):
            assign(s, name, member(s, x))
        case ("store", x, y):
            s.bits[member(s, x)] = truth(s, y)
        case ("hold", x, y):
            s.holders[member(s, x)] = perhaps(s, y)
        case ("put maybe", x):
            s.maybe = perhaps(s, x)
        case ("put single", x):
            s.single = s.one if truth(s, x) else None
        case ("new holders", x):
            s.holders = Family({Two.LEFT: perhaps(s, x)})
        case ("write maybe", target, x):
            part(s, target).maybe = perhaps(s, x)
        case ("mode", x, y):
            s.modes[member(s, x)] = member(s, y)
        case ("write", target, x, y):
            reference = part(s, target)
            reference.flag = truth(s, x)
            reference.five = member(s, y)
        case ("later", target, x, block):
            reference = part(s, target)
            run(s, block)
            reference.other = truth(s, x)
        case ("read later", target, block, name):
            reference = part(s, target)
            run(s, block)
            assign(s, name, reference.flag)
        case ("restore", target, x, block):
            kept = part(s, x)
            run(s, block)
            if target == "deep":
                s.outer.inner = kept
            else:
                s.left = kept
        case ("rows later", x, y, block, name):
            rows = snapshot(s.rows) if truth(s, x) else s.rows
            run(s, block)
            assign(s, name, rows[member(s, y)].flag)
        case ("outer later", x, block):
            outer, inner = s.outer, s.outer.inner
            run(s, block)
            outer.inner.flag = truth(s, x)
            inner.other = outer.bits[s.three]
        case ("restore rows", x, y, block):
            rows = s.rows
            row = rows[member(s, x)]
            run(s, block)
            row.flag = truth(s, y)
            s.rows = rows
        case ("bits later", x, block):
            bits = s.outer.bits
            run(s, block)
            bits[s.three] = truth(s, x)
            s.outer.bits = bits
        case ("new rows", x, y):
            s.rows = Family({Three.A: part(s, x), Three.C: part(s, y)})
        case ("turn",):
            s.rows = Family({Three.A: s.rows[Three.B], Three.B: s.rows[Three.A]})
        case ("exchange",):
            s.left, s.right = s.right, s.left
        case ("same",):
            s.left = s.left
        case ("copy", "left", x):
            s.left = part(s, x)
        case ("copy", "deep", x):
            s.outer.inner = part(s, x)
        case ("copy row", x, y):
            s.rows[member(s, x)] = part(s, y)
        case ("nest", x):
            s.outer = Outer(inner=part(s, x), bits=s.outer.bits)
        case ("swap",):
            s.left, s.right = snapshot(s.right), snapshot(s.left)
        case ("if", c, x, y):
            return run(s, x) if truth(s, c) else run(s, y)
        case ("each", x):
            for three in Three:
                s.outer.bits[three] = s.rows[three].flag ^ truth(s, x)
        case ("call", block):
            return called(s, block)
        case ("assume", x):
            assume(truth(s, x))
        case ("assert", x):
            assert truth(s, x), "an assertion"
        case ("see", x):
            see(s, x)
        case ("return",):
            return True
    return False


@abstracts("a block in a call of its own")
def called(s: State, block: Program) -> bool:
    return run(s, block)


@observer("what is seen")
def see(s: State, x: Program) -> None:
    s.happened.flag = truth(s, x)
    s.happened.inner = s.left
    s.happened.maybe = s.seen.maybe
    s.seen.maybe = s.maybe
    if s.seen.flag:
        s.seen.three = s.three
        s.happened.five = s.seen.inner.five
    else:
        s.seen.inner = s.rows[s.three]
    s.seen.flag = s.happened.flag ^ s.seen.flag


@always("events")
def an_event_is_as_expected(happened: Happened) -> bool:
    return not happened.flag or happened.five != Five.Q or happened.maybe is None


@always("events")
def what_happened_is_what_was_seen(happened: Happened, seen: Seen) -> bool:
    return happened.inner != seen.inner


@always("inner")
def every_inner_is_one_of_two_kinds(inner: Inner) -> bool:
    if inner.flag and inner.maybe != Three.C:
        return inner.two == Two.LEFT
    return inner.other or inner.five in (Five.P, Five.T)


@sometimes("events")
def something_rare_happens(happened: Happened, state: State) -> bool:
    return happened.flag and state.a and not state.b


PROPERTIES = (
    an_event_is_as_expected,
    what_happened_is_what_was_seen,
    every_inner_is_one_of_two_kinds,
    something_rare_happens,
)


# making a program


TRUTHS = (
    *("bit", "not", "and", "&", "equal", "among"),
    *("cell", "field", "records", "called", "second"),
    *("none", "alike", "single", "matched", "known"),
)


class Maker:
    """Draws programs of bounded depth."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.pick = random.choice

    def truth(self, depth: int) -> Program:
        pick, less = self.pick, depth - 1
        if depth <= 0:
            return pick([("bit", pick("abcd")), ("const", pick([False, True]))])
        match pick(TRUTHS):
            case "not":
                return ("not", self.truth(less))
            case "and":
                return (pick(["and", "or"]), self.truth(less), self.truth(less))
            case "&":
                return (pick(["&", "|", "^", "same"]), self.truth(less), self.truth(less))
            case "equal":
                enum = pick(ENUMS)
                both = (self.member(enum, less), self.member(enum, less))
                return (pick(["equal", "unequal"]), *both)
            case "among":
                enum = pick(ENUMS)
                return ("among", self.member(enum, less), *self.random.sample(list(enum), 1))
            case "cell":
                return ("cell", self.member(Five, less))
            case "field":
                return ("field", self.part(less), pick(["flag", "other"]))
            case "records":
                return (pick(["records", "differ"]), self.part(less), self.part(less))
            case "called":
                return ("called", self.truth(less))
            case "none" | "matched" as name:
                return (name, self.perhaps(less))
            case "alike":
                return (pick(["alike", "unlike"]), self.perhaps(less), self.perhaps(less))
            case "known":
                return ("known", self.truth(less), self.perhaps(less))
            case "single":
                return ("single",)
            case "second":
                return ("second", self.truth(less), self.truth(less))
        return ("bit", pick("abcd"))

    def member(self, enum: type[Enum], depth: int) -> Program:
        pick, less, name = self.pick, depth - 1, enum.__name__.lower()
        kinds = ["variable", "variable", "member"]
        if depth > 0:
            kinds += ["choose"]
            kinds += {
                Eight: ["row"],
                Two: ["of", "turned"],
                Three: ["or else"],
                Five: ["of"],
            }.get(enum, [])
        match pick(kinds):
            case "variable":
                return ("variable", name)
            case "choose":
                return (
                    "choose",
                    self.truth(less),
                    self.member(enum, less),
                    self.member(enum, less),
                )
            case "row":
                return ("row", self.member(Two, less))
            case "of":
                return ("of", self.part(less), name)
            case "turned":
                return ("turned", self.member(Two, less))
            case "or else":
                return ("or else", self.perhaps(less), self.member(Three, less))
        return ("member", pick(list(enum)))

    def perhaps(self, depth: int) -> Program:
        """A member or None."""
        pick, less = self.pick, depth - 1
        match pick(["maybe", "nobody", "member", "holder", "of", "choose", "paired"]):
            case "member":
                return self.member(Three, less)
            case "holder" if depth > 0:
                return ("holder", self.member(Two, less))
            case "of" if depth > 0:
                return ("of part", self.part(less))
            case "choose" if depth > 0:
                some = (self.truth(less), self.perhaps(less), self.perhaps(less))
                return ("choose maybe", *some)
            case "paired" if depth > 0:
                return ("paired", self.truth(less), self.perhaps(less))
            case "nobody":
                return ("nobody",)
        return ("maybe",)

    def reference(self, depth: int) -> Program:
        """A part of the state, which can be written through."""
        less = depth - 1
        match self.pick(["left", "right", "deep", "at", "pick", "pick", "reload"]):
            case "reload" if depth > 0:
                some = (self.truth(less), self.part(less), self.reference(less))
                return ("reload", *some)
            case "at" if depth > 0:
                return ("at", self.member(Three, less))
            case "pick" if depth > 0:
                return ("pick", self.truth(less), self.reference(less), self.reference(less))
        return (self.pick(["left", "right", "deep"]),)

    def part(self, depth: int) -> Program:
        less = depth - 1
        match self.pick(["reference", "make", "copy", "pick", "plain", "default"]):
            case "make" if depth > 0:
                return ("make", self.truth(less), self.member(Five, less))
            case "copy" if depth > 0:
                return ("copy", self.part(less))
            case "pick" if depth > 0:
                return ("pick", self.truth(less), self.part(less), self.part(less))
            case "plain" | "default" as name:
                return (name,)
        return self.reference(depth)

    def block(self, depth: int) -> Program:
        return tuple(self.statement(depth) for _ in range(self.random.randint(1, 3)))

    def statement(self, depth: int) -> Program:
        pick, less = self.pick, depth - 1
        if depth > 0 and self.random.random() < 0.6:
            kinds = ["if", "if", "call", "call", "later", "read later"]
            match pick([*kinds, "restore", "rows", "outer", "bits"]):
                case "if":
                    return ("if", self.truth(1), self.block(less), self.block(less))
                case "call":
                    return ("call", self.block(less))
                case "later":
                    return ("later", self.reference(2), self.truth(1), self.block(less))
                case "restore":
                    source = pick([self.part(2), ("copy", self.part(2))])
                    return ("restore", pick(["left", "deep"]), source, self.block(less))
                case "rows":
                    row, some = self.member(Three, 1), self.truth(1)
                    if pick([False, False, True]):
                        return ("restore rows", row, some, self.block(less))
                    return ("rows later", some, row, self.block(less), pick("abcd"))
                case "outer":
                    return ("outer later", self.truth(1), self.block(less))
                case "bits":
                    return ("bits later", self.truth(1), self.block(less))
            return ("read later", self.part(2), self.block(less), pick("abcd"))
        enum = pick(ENUMS)
        makers: list[Callable[[], Program]] = [
            lambda: ("set", pick("abcd"), self.truth(2)),
            lambda: ("put", enum.__name__.lower(), self.member(enum, 2)),
            lambda: ("store", self.member(Five, 1), self.truth(1)),
            lambda: ("mode", self.member(Two, 1), self.member(Eight, 1)),
            lambda: ("hold", self.member(Two, 1), self.perhaps(1)),
            lambda: ("put maybe", self.perhaps(2)),
            lambda: ("put single", self.truth(1)),
            lambda: ("new holders", self.perhaps(1)),
            lambda: ("write maybe", self.reference(2), self.perhaps(1)),
            lambda: ("write", self.reference(2), self.truth(1), self.member(Five, 1)),
            lambda: ("copy", pick(["left", "deep"]), self.part(2)),
            lambda: ("copy row", self.member(Three, 1), self.part(1)),
            lambda: ("nest", self.part(1)),
            lambda: ("swap",),
            lambda: ("new rows", self.part(1), self.part(1)),
            lambda: (pick(["turn"] * 5 + ["same"] * 4 + ["exchange"]),),
            lambda: ("each", self.truth(1)),
            lambda: ("assume", self.truth(1)),
            lambda: ("assert", self.truth(1)),
            lambda: ("see", self.truth(1)),
            lambda: ("return",),
        ]
        return pick(makers)()


def random_system(random: Random) -> System:
    """Two steps of random programs, one with choices; all fields can start with any value."""
    maker = Maker(random)
    first, second = maker.block(2), maker.block(2)

    @step
    def chosen(
        s: State, a: bool, two: Two, five: Five, one: One, maybe: Three | None, single: One | None
    ) -> None:
        s.a, s.two, s.five, s.one = a, two, five, one
        s.maybe, s.single = maybe, single
        run(s, first)

    @step
    def given(s: State) -> None:
        run(s, second)

    arbitrary = (
        "a",
        "c",
        "three",
        "eight",
        "left.*",
        "outer.*",
        "bits[R]",
        "seen.*",
        "holders[RIGHT]",
    )
    return System("random/system", State(), (chosen, given), arbitrary=arbitrary)
