"""Mutexes, arbiters, rings, buffers and lazily switched registers."""

from tests.corpus.build import Builder, word
from tests.corpus.known import HOLDS, Known
from tests.corpus.lazy_fpu import lazy_fpu
from verifier.circuit.aig import FALSE, TRUE
from verifier.circuit.circuit import Circuit


def peterson(broken: bool = False) -> Circuit:
    """Two processes; the broken one forgets to give way."""
    build = Builder()
    graph = build.graph
    who = build.input("who")
    flags = [build.latch(f"flag{i}") for i in range(2)]
    turn = build.latch("turn")
    places = [build.latch_word(f"place{i}", 2) for i in range(2)]
    following_turn = turn
    for i in range(2):
        runs = who ^ 1 ^ i
        idle, asks, waits, leaves = (build.equals(places[i], place) for place in range(4))
        may_enter = graph.either(flags[1 - i] ^ 1, turn ^ 1 ^ i)
        moves = graph.both(runs, graph.either(waits ^ 1, may_enter))
        build.next_word(places[i], build.choose(moves, build.plus_one(places[i]), places[i]))
        raised = graph.choose(graph.both(runs, idle), TRUE, flags[i])
        build.next(flags[i], graph.choose(graph.both(runs, leaves), FALSE, raised))
        if not broken:
            other = TRUE if i == 0 else FALSE
            following_turn = graph.choose(graph.both(runs, asks), other, following_turn)
    build.next(turn, following_turn)
    inside = [build.equals(place, 3) for place in places]
    build.bad("both inside", graph.all(inside))
    build.bad("first inside", inside[0])
    return build.circuit()


def naive_mutex() -> Circuit:
    """Looks, then takes: the classic race."""
    build = Builder()
    graph = build.graph
    who = build.input("who")
    taken = build.latch("taken")
    following = taken
    inside = []
    for i in range(2):
        runs = who ^ 1 ^ i
        looked, within = build.latch(f"looked{i}"), build.latch(f"within{i}")
        looks = graph.all([runs, taken ^ 1, looked ^ 1, within ^ 1])
        enters = graph.both(runs, looked)
        leaves = graph.both(runs, within)
        build.next(looked, graph.either(looks, graph.both(looked, enters ^ 1)))
        build.next(within, graph.either(enters, graph.both(within, leaves ^ 1)))
        following = graph.choose(enters, TRUE, graph.choose(leaves, FALSE, following))
        inside.append(within)
    build.next(taken, following)
    build.bad("both inside", graph.all(inside))
    return build.circuit()


def arbiter(clients: int, priority_bug: bool = False) -> Circuit:
    """Grants go round with a token; the bug grants client 0 whenever it asks."""
    build = Builder()
    graph = build.graph
    requests = [build.input(f"request{i}") for i in range(clients)]
    token = [build.latch(f"token{i}", i == 0) for i in range(clients)]
    grants = [build.latch(f"grant{i}") for i in range(clients)]
    build.next_word(token, [token[-1], *token[:-1]])
    allowed = [graph.both(a, b) for a, b in zip(requests, token, strict=True)]
    if priority_bug:
        allowed[0] = requests[0]
    build.next_word(grants, allowed)
    build.bad("two grants", build.at_least_two(grants))
    build.bad("last grant", grants[-1])
    return build.circuit()


def token_ring(nodes: int, duplicates: bool = False) -> Circuit:
    """Nodes pass a token or keep it inside a critical section; a duplicating node breaks it."""
    build = Builder()
    graph = build.graph
    passes = [build.input(f"pass{i}") for i in range(nodes)]
    holds = [build.latch(f"holds{i}", i == 0) for i in range(nodes)]
    busy = [build.latch(f"busy{i}") for i in range(nodes)]
    sends = [graph.all([passes[i], holds[i], busy[i] ^ 1]) for i in range(nodes)]
    for i in range(nodes):
        gone = sends[i] if not (duplicates and i == nodes - 1) else FALSE
        build.next(holds[i], graph.either(sends[i - 1], graph.both(holds[i], gone ^ 1)))
        build.next(busy[i], graph.all([holds[i], sends[i] ^ 1, busy[i] ^ 1]))
    build.bad("two busy", build.at_least_two(busy))
    return build.circuit()


def fifo(width: int, overflow: bool = False) -> Circuit:
    """Head, tail and count of a buffer must agree; the overflowing one does not look at full."""
    build = Builder()
    graph = build.graph
    push, pop = build.input("push"), build.input("pop")
    head, tail = build.latch_word("head", width), build.latch_word("tail", width)
    count = build.latch_word("count", width + 1)
    full, empty = build.equals(count, 1 << width), build.equals(count, 0)
    pushes = push if overflow else graph.both(push, full ^ 1)
    pops = graph.all([pop, push ^ 1, empty ^ 1])
    build.next_word(tail, build.plus_one(tail, pushes))
    build.next_word(head, build.plus_one(head, pops))
    less = [bit ^ 1 for bit in build.plus_one([bit ^ 1 for bit in count])]
    build.next_word(count, build.choose(pops, less, build.plus_one(count, pushes)))
    agree = build.same(head, tail)
    build.bad("disagree", graph.differ(agree, graph.either(empty, full)))
    build.bad("too many", graph.both(count[-1], graph.any(count[:-1])))
    return build.circuit()


def handshake() -> Circuit:
    """Four-phase: the data on the wire is stable while the request is up."""
    build = Builder()
    graph = build.graph
    send, bit, answer = build.input("send"), build.input("bit"), build.input("answer")
    request, acknowledge = build.latch("request"), build.latch("acknowledge")
    data, copy, copied = build.latch("data"), build.latch("copy"), build.latch("copied")
    starts = graph.all([send, request ^ 1, acknowledge ^ 1])
    ends = graph.both(request, acknowledge)
    build.next(request, graph.choose(starts, TRUE, graph.both(request, ends ^ 1)))
    build.next(data, graph.choose(starts, bit, data))
    takes = graph.all([request, answer, acknowledge ^ 1])
    build.next(acknowledge, graph.either(takes, graph.both(acknowledge, request)))
    build.next(copy, graph.choose(takes, data, copy))
    build.next(copied, graph.either(takes, graph.both(copied, starts ^ 1)))
    build.bad("wrong copy", graph.both(copied, graph.differ(copy, data)))
    build.bad("copied", copied)
    return build.circuit()


def needs_strengthening(width: int) -> Circuit:
    """Two counters in lock step; only that they are equal excludes the violation."""
    build = Builder()
    graph = build.graph
    step, reset = build.input("step"), build.input("reset")
    left, right = build.latch_word("left", width), build.latch_word("right", width)
    for count in (left, right):
        build.next_word(count, build.choose(reset, word(0, width), build.plus_one(count, step)))
    top, bottom = build.equals(left, (1 << width) - 1), build.equals(right, 0)
    build.bad("apart", graph.both(top, bottom))
    return build.circuit()


PROTOCOLS = {
    "Peterson": Known(peterson, {"both inside": HOLDS, "first inside": 4}),
    "Peterson without turn": Known(
        lambda: peterson(broken=True), {"both inside": 7, "first inside": 4}
    ),
    "naive mutex": Known(naive_mutex, {"both inside": 5}),
    "arbiter of 4": Known(lambda: arbiter(4), {"two grants": HOLDS, "last grant": 5}),
    "arbiter with priority": Known(
        lambda: arbiter(4, priority_bug=True), {"two grants": 3, "last grant": 5}
    ),
    "token ring": Known(lambda: token_ring(4), {"two busy": HOLDS}),
    "token ring that duplicates": Known(lambda: token_ring(4, True), {"two busy": 6}),
    "buffer": Known(lambda: fifo(2), {"disagree": HOLDS, "too many": HOLDS}),
    "buffer that overflows": Known(
        lambda: fifo(2, overflow=True), {"disagree": HOLDS, "too many": 6}
    ),
    "handshake": Known(handshake, {"wrong copy": HOLDS, "copied": 3}),
    "lock step": Known(lambda: needs_strengthening(3), {"apart": HOLDS}),
    "lazy FPU": Known(lambda: lazy_fpu(2), {"integrity": HOLDS, "trap": HOLDS}),
    "lazy FPU, three tasks": Known(lambda: lazy_fpu(3), {"integrity": HOLDS, "trap": HOLDS}),
    "lazy FPU without a save": Known(
        lambda: lazy_fpu(2, "switch does not save"), {"integrity": 6, "trap": HOLDS}
    ),
    "lazy FPU that forgets TS": Known(
        lambda: lazy_fpu(2, "switch forgets TS"), {"integrity": 4, "trap": HOLDS}
    ),
    "lazy FPU with a leak at exit": Known(
        lambda: lazy_fpu(2, "exit leaks"), {"integrity": 7, "trap": HOLDS}
    ),
}
