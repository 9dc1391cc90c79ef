"""Explicit-state search over all states and inputs; it shares nothing with the engines."""

from verifier.circuit.circuit import Circuit


def shortest_violations(circuit: Circuit) -> dict[str, int | None]:
    """The number of steps of a shortest violation of each property, None where there is none."""
    free = [latch.literal for latch in circuit.latches]
    free += [bit.literal for bit in circuit.inputs]
    cases = 1 << len(free)
    ones = (1 << cases) - 1
    columns = {literal: _column(place, cases) for place, literal in enumerate(free)}
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    words = circuit.graph.evaluate(roots, columns, ones)
    rows = [format(word, f"0{cases}b")[::-1] for word in words]
    n = len(circuit.latches)
    states = 1 << n
    successors: list[set[int]] = [set() for _ in range(states)]
    violating = {name: set[int]() for name in circuit.bad}
    for case in range(cases):
        state = case % states
        successors[state].add(sum(1 << i for i in range(n) if rows[i][case] == "1"))
        for name, row in zip(circuit.bad, rows[n:], strict=True):
            if row[case] == "1":
                violating[name].add(state)
    found: dict[str, int | None] = dict.fromkeys(circuit.bad)
    frontier = {
        state
        for state in range(states)
        if all(
            latch.reset is None or latch.reset == (state >> i & 1)
            for i, latch in enumerate(circuit.latches)
        )
    }
    reached = set(frontier)
    depth = 1
    while frontier:
        for name, bad in violating.items():
            if found[name] is None and frontier & bad:
                found[name] = depth
        frontier = {after for state in frontier for after in successors[state]} - reached
        reached |= frontier
        depth += 1
    return found


def _column(place: int, cases: int) -> int:
    """The word whose bit `case` is bit `place` of `case`."""
    block = 1 << place
    word = ((1 << block) - 1) << block
    width = 2 * block
    while width < cases:
        word |= word << width
        width *= 2
    return word
