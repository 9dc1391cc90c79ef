"""Counters, registers and corner cases."""

from tests.corpus.build import Builder, word
from tests.corpus.known import HOLDS, Known
from verifier.circuit.aig import FALSE, TRUE
from verifier.circuit.circuit import Circuit


def counter(width: int, limit: int | None = None, stalls: bool = True) -> Circuit:
    """Counts when asked to, back to zero after the limit; the largest number is bad."""
    build = Builder()
    step = build.input("step") if stalls else TRUE
    count = build.latch_word("count", width)
    following = build.plus_one(count, step)
    if limit is not None:
        wraps = build.graph.both(build.equals(count, limit), step)
        following = build.choose(wraps, word(0, width), following)
    build.next_word(count, following)
    build.bad("reaches the top", build.equals(count, (1 << width) - 1))
    return build.circuit()


def nothing() -> Circuit:
    """No latches: the inputs alone decide."""
    build = Builder()
    a, b = build.input("a"), build.input("b")
    build.bad("both", build.graph.both(a, b))
    build.bad("contradiction", FALSE)
    build.bad("tautology", TRUE)
    return build.circuit()


def no_inputs() -> Circuit:
    """A blinking latch and one that never moves."""
    build = Builder()
    blink, still = build.latch("blink"), build.latch("still")
    build.next(blink, blink ^ 1)
    build.bad("blinks", blink)
    build.bad("moves", still)
    build.bad("at once", still ^ 1)
    return build.circuit()


def uninitialised() -> Circuit:
    """Latches that start arbitrarily, alone and equal to each other only after a step."""
    build = Builder()
    free, copy, other = (build.latch(name, None) for name in ("free", "copy", "other"))
    build.next(copy, free)
    seen = build.latch("seen")
    build.next(seen, TRUE)
    apart = build.graph.differ(free, copy)
    build.bad("free", free)
    build.bad("apart at first", apart)
    build.bad("apart later", build.graph.both(seen, apart))
    build.bad("other later", build.graph.both(seen, other))
    return build.circuit()


def uninitialised_memory() -> Circuit:
    """Cells are read only after they were written, though they start with anything."""
    build = Builder()
    graph = build.graph
    address, value, write = build.input("address"), build.input("value"), build.input("write")
    wrong = FALSE
    careless = FALSE
    for number in range(2):
        here = address ^ 1 ^ number
        cell, known = build.latch(f"cell{number}", None), build.latch(f"known{number}")
        shadow = build.latch(f"shadow{number}", None)
        writes = graph.both(write, here)
        build.next(cell, graph.choose(writes, value, cell))
        build.next(shadow, graph.choose(writes, value, shadow))
        build.next(known, graph.either(known, writes))
        differs = graph.all([here, write ^ 1, graph.differ(cell, shadow)])
        wrong = graph.either(wrong, graph.both(differs, known))
        careless = graph.either(careless, differs)
    build.bad("known cells are wrong", wrong)
    build.bad("any cell is wrong", careless)
    return build.circuit()


def equal_latches(length: int) -> Circuit:
    """Two copies of a shift register, one starting and one storing inverted; always equal."""
    build = Builder()
    graph = build.graph
    bit = build.input("bit")
    left = [build.latch(f"left{i}", bool(i & 1)) for i in range(length)]
    right = [build.latch(f"right{i}", not i & 1) for i in range(length)]
    build.next_word(left, [bit, *left[:-1]])
    build.next_word(right, [bit ^ 1, *right[:-1]])
    build.bad("ends differ", graph.differ(left[-1], right[-1]) ^ 1)
    build.bad("ends are equal", graph.differ(left[-1], right[-1]))
    return build.circuit()


def lock(code: list[int]) -> Circuit:
    """Opens after the digits of a code, each wrong digit starts over: a deep bug."""
    build = Builder()
    graph = build.graph
    digit = build.input_word("digit", 2)
    width = len(code).bit_length()
    place = build.latch_word("place", width)
    right = graph.any(
        graph.both(build.equals(place, at), build.equals(digit, wanted))
        for at, wanted in enumerate(code)
    )
    build.next_word(place, build.choose(right, build.plus_one(place), word(0, width)))
    build.bad("opens", build.equals(place, len(code)))
    build.bad("beyond", build.equals(place, (1 << width) - 1))
    return build.circuit()


def shift_register(length: int) -> Circuit:
    """Takes a bit at one end; all ones needs as many steps as it is long."""
    build = Builder()
    bit = build.input("bit")
    cells = [build.latch(f"cell{i}") for i in range(length)]
    build.next_word(cells, [bit, *cells[:-1]])
    build.bad("all ones", build.graph.all(cells))
    return build.circuit()


def one_hot_ring(length: int) -> Circuit:
    """A token that moves when asked; two tokens are impossible, the last place takes a while."""
    build = Builder()
    move = build.input("move")
    cells = [build.latch(f"cell{i}", i == 0) for i in range(length)]
    build.next_word(cells, build.choose(move, [cells[-1], *cells[:-1]], cells))
    build.bad("two tokens", build.at_least_two(cells))
    build.bad("no token", build.graph.any(cells) ^ 1)
    build.bad("last place", cells[-1])
    return build.circuit()


def gray_code(width: int) -> Circuit:
    """Binary and Gray counters side by side; that they agree needs strengthening by nothing."""
    build = Builder()
    graph = build.graph
    count = build.latch_word("count", width)
    gray = build.latch_word("gray", width)
    following = build.plus_one(count)
    shifted = [*following[1:], FALSE]
    build.next_word(count, following)
    build.next_word(gray, [graph.differ(a, b) for a, b in zip(following, shifted, strict=True)])
    expected = [graph.differ(a, b) for a, b in zip(count, [*count[1:], FALSE], strict=True)]
    build.bad("disagree", build.same(gray, expected) ^ 1)
    build.bad("wraps", graph.both(build.equals(count, 0), build.latch("never")))
    build.bad("comes to the end", build.equals(gray, 1 << (width - 1)))
    return build.circuit()


def unreachable_loop() -> Circuit:
    """A long unreachable way to the violation, which plain induction cannot exclude."""
    build = Builder()
    graph = build.graph
    stay = build.input("stay")
    count = build.latch_word("count", 4)
    wraps = build.equals(count, 5)
    following = build.choose(wraps, word(0, 4), build.plus_one(count))
    build.next_word(count, build.choose(stay, count, following))
    build.bad("fifteen", graph.both(build.equals(count, 15), stay ^ 1))
    build.bad("five", build.equals(count, 5))
    return build.circuit()


def two_phase() -> Circuit:
    """A violation by the step's input in a state that takes three steps to reach."""
    build = Builder()
    graph = build.graph
    arm, fire = build.input("arm"), build.input("fire")
    armed, ready, hot = build.latch("armed"), build.latch("ready"), build.latch("hot", True)
    build.next(armed, graph.either(armed, arm))
    build.next(ready, graph.both(armed, arm ^ 1))
    build.next(hot, hot)
    build.bad("fires", graph.all([ready, fire, hot]))
    build.bad("fires cold", graph.all([ready, fire, hot ^ 1]))
    return build.circuit()


def step_that_never_fires() -> Circuit:
    """Both guards of the only step that does harm exclude each other, by an invariant."""
    build = Builder()
    graph = build.graph
    go = build.input("go")
    open_, locked, harm = build.latch("open"), build.latch("locked", True), build.latch("harm")
    build.next(open_, graph.choose(go, open_ ^ 1, open_))
    build.next(locked, graph.choose(go, open_, open_ ^ 1))
    build.next(harm, graph.either(harm, graph.all([go, open_, locked])))
    build.bad("harm", harm)
    return build.circuit()


MACHINES = {
    "counter of 3 bits": Known(lambda: counter(3), {"reaches the top": 8}),
    "counter that cannot stall": Known(lambda: counter(4, stalls=False), {"reaches the top": 16}),
    "counter below its limit": Known(lambda: counter(4, 9), {"reaches the top": HOLDS}),
    "counter of 5 bits with limit": Known(lambda: counter(5, 20), {"reaches the top": HOLDS}),
    "no latches": Known(nothing, {"both": 1, "contradiction": HOLDS, "tautology": 1}),
    "no inputs": Known(no_inputs, {"blinks": 2, "moves": HOLDS, "at once": 1}),
    "uninitialised": Known(
        uninitialised,
        {"free": 1, "apart at first": 1, "apart later": HOLDS, "other later": 2},
    ),
    "uninitialised memory": Known(
        uninitialised_memory, {"known cells are wrong": HOLDS, "any cell is wrong": 1}
    ),
    "equal latches": Known(lambda: equal_latches(4), {"ends differ": HOLDS, "ends are equal": 1}),
    "lock of 4 digits": Known(lambda: lock([2, 0, 3, 1]), {"opens": 5, "beyond": HOLDS}),
    "lock of 12 digits": Known(
        lambda: lock([2, 0, 3, 1, 1, 2, 2, 0, 3, 1, 0, 2]), {"opens": 13, "beyond": HOLDS}
    ),
    "shift register": Known(lambda: shift_register(6), {"all ones": 7}),
    "one-hot ring of 5": Known(
        lambda: one_hot_ring(5), {"two tokens": HOLDS, "no token": HOLDS, "last place": 5}
    ),
    "Gray code": Known(
        lambda: gray_code(3), {"disagree": HOLDS, "wraps": HOLDS, "comes to the end": 8}
    ),
    "unreachable loop": Known(unreachable_loop, {"fifteen": HOLDS, "five": 6}),
    "two phases": Known(two_phase, {"fires": 3, "fires cold": HOLDS}),
    "step that never fires": Known(step_that_never_fires, {"harm": HOLDS}),
}
