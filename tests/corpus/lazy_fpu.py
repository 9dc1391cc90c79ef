"""Lazy switching of one register by several tasks, correct and with historic kinds of bugs."""

from typing import Literal

from tests.corpus.build import Builder
from verifier.circuit.circuit import Circuit

Bug = Literal["none", "switch forgets TS", "switch does not save", "trap keeps TS", "exit leaks"]


def lazy_fpu(tasks: int, bug: Bug = "none", value_bits: int = 1) -> Circuit:
    """Tasks write and read one register; a switch saves it and sets TS, a trap restores it.

    `integrity`: a task reads what it wrote last. `trap`: whoever traps is not the owner already.
    """
    build = Builder()
    graph = build.graph
    width = max(1, (tasks - 1).bit_length())
    schedule = build.input("schedule")
    exits = build.input("exit")
    target = build.input_word("target", width)
    access = build.input("access")
    write = build.input("write")
    operand = build.input_word("operand", value_bits)
    current = build.latch_word("current", width)
    ts = build.latch("ts", True)
    register = build.latch_word("register", value_bits)
    images = [build.latch_word(f"image{task}", value_bits) for task in range(tasks)]
    written = [build.latch_word(f"written{task}", value_bits) for task in range(tasks)]
    used = build.latch("used")

    runs = [build.equals(current, task) for task in range(tasks)]
    legal = graph.any(build.equals(target, task) for task in range(tasks))
    switches = graph.all([schedule, legal, build.same(current, target) ^ 1])
    traps = graph.all([schedule ^ 1, access, ts])
    executes = graph.all([schedule ^ 1, access, ts ^ 1])
    writes = graph.both(executes, write)
    dies = graph.all([schedule ^ 1, access ^ 1, exits])
    saves = graph.both(switches, used)
    if bug == "switch does not save":
        saves = graph.both(saves, build.equals(target, tasks - 1) ^ 1)

    mine = images[0]
    for task in range(1, tasks):
        mine = build.choose(runs[task], images[task], mine)
    after_trap = build.choose(traps, mine, register)
    build.next_word(register, build.choose(writes, operand, after_trap))
    for task in range(tasks):
        kept = build.choose(graph.both(saves, runs[task]), register, images[task])
        fresh = graph.both(dies, runs[task])
        zero = [0] * value_bits
        image = build.choose(fresh, zero, kept)
        build.next_word(images[task], kept if bug == "exit leaks" else image)
        value = build.choose(graph.both(writes, runs[task]), operand, written[task])
        build.next_word(written[task], build.choose(fresh, zero, value))

    sets_ts = graph.either(switches, dies)
    if bug == "switch forgets TS":
        sets_ts = graph.either(graph.both(switches, build.equals(target, tasks - 1) ^ 1), dies)
    keeps_ts = traps if bug != "trap keeps TS" else graph.both(traps, runs[0] ^ 1)
    build.next(ts, graph.choose(sets_ts, 1, graph.both(ts, keeps_ts ^ 1)))
    build.next(used, graph.choose(sets_ts, 0, graph.either(used, keeps_ts)))
    build.next_word(current, build.choose(switches, target, current))

    expected = written[0]
    for task in range(1, tasks):
        expected = build.choose(runs[task], written[task], expected)
    wrong = build.same(register, expected) ^ 1
    build.bad("integrity", graph.all([executes, write ^ 1, wrong]))
    build.bad("trap", graph.both(traps, used))
    return build.circuit()
