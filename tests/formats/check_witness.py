"""Checks a proof that `nestproof export --certificate` has written, and shares no code with it.

    python check_witness.py MODEL.aig WITNESS.aig [SOLVER]

MODEL is what `nestproof export --format aiger` has written of the same pair. Exit code 0 if the
witness proves that no execution of the model, of any length, makes its bad literal true; 1 if not,
with the check that fails. It needs python-sat, whose names of solvers SOLVER can be.
"""

import sys
from collections.abc import Callable

from pysat.solvers import Solver

At = Callable[[int], int]
"""The solver's literal for a literal of a file."""


class Aiger:
    """A binary AIGER file with latches, one bad literal and names; literals are as in the file."""

    def __init__(self, data: bytes) -> None:
        head, rest = data.split(b"\n", 1)
        kind, *numbers = head.split()
        self.top, inputs, latches, outputs, gates, bads, *others = map(int, numbers)
        assert (kind, outputs, bads, sum(others)) == (b"aig", 0, 1, 0), "one bad literal, no more"
        assert self.top == inputs + latches + gates, "the numbers do not add up"
        self.inputs = [2 * i for i in range(1, inputs + 1)]
        self.latches: dict[int, tuple[int, int]] = {}
        for i in range(inputs + 1, inputs + latches + 1):
            line, rest = rest.split(b"\n", 1)
            following, *reset = map(int, line.split())
            assert not reset or reset[0] in (0, 1, 2 * i), "a reset that is not a constant"
            self.latches[2 * i] = following, (reset[0] if reset else 0)
        line, rest = rest.split(b"\n", 1)
        self.bad, place = int(line), 0
        self.gates: dict[int, tuple[int, int]] = {}
        for i in range(inputs + latches + 1, self.top + 1):
            first, place = self.number(rest, place)
            second, place = self.number(rest, place)
            self.gates[2 * i] = 2 * i - first, 2 * i - first - second
            assert 0 < first <= first + second <= 2 * i, "a gate before one that it reads"
        self.names: dict[int, str] = {}
        for text in rest[place:].decode().splitlines():
            if text == "c":
                break
            symbol, name = text.split(" ", 1)
            lowest = {"i": 1, "l": inputs + 1}.get(symbol[0])
            if lowest is not None:
                self.names[2 * (int(symbol[1:]) + lowest)] = name

    @staticmethod
    def number(data: bytes, place: int) -> tuple[int, int]:
        """Seven bits a byte, the lowest first; and where it ends."""
        value = shift = 0
        while True:
            byte, place = data[place], place + 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value, place


class Check:
    """One question to a fresh solver about copies of circuits."""

    def __init__(self, solver: str) -> None:
        self.solver, self.variables = Solver(name=solver), 1
        self.solver.add_clause([1])  # the constant true

    def copy(self, circuit: Aiger, given: dict[int, int]) -> At:
        """A variable for each of its literals; inputs and latches may be `given`."""
        value = {0: -1}
        for literal in range(2, 2 * circuit.top + 2, 2):
            self.variables += literal not in given
            value[literal] = given.get(literal, self.variables)

        def at(literal: int) -> int:
            return value[literal & ~1] * (-1 if literal & 1 else 1)

        for gate, (left, right) in circuit.gates.items():
            self.solver.add_clause([-at(gate), at(left)])
            self.solver.add_clause([-at(gate), at(right)])
            self.solver.add_clause([at(gate), -at(left), -at(right)])
        return at

    def differ(self, one: int, two: int) -> int:
        """A literal that is true only if the two differ."""
        self.variables += 1
        self.solver.add_clause([-self.variables, one, two])
        self.solver.add_clause([-self.variables, -one, -two])
        return self.variables

    def impossible(self, *literals: int) -> bool:
        """Whether no values make all these literals true."""
        for literal in literals:
            self.solver.add_clause([literal])
        with self.solver as solver:
            return bool(solver.solve() is False)


def failing(model: Aiger, witness: Aiger, solver: str = "lingeling") -> str | None:
    """The first check that fails; None where the witness is a proof."""
    named = {mine: name[2:] for mine, name in witness.names.items() if name.startswith("= ")}
    shared = {mine: int(name) for mine, name in named.items()}
    if sorted(shared.values()) != [*model.inputs, *model.latches]:
        return "mapping: the model's inputs and latches are not all there, each once"
    for mine, theirs in shared.items():
        if (mine in witness.latches) != (theirs in model.latches):
            return f"mapping: {mine} and {theirs} are not both latches"
    latches = [(mine, theirs) for mine, theirs in shared.items() if mine in witness.latches]
    for mine, theirs in latches:
        own, other = witness.latches[mine][1], model.latches[theirs][1]
        if own != other and min(own, other) < 2:
            return f"reset: latch {mine} starts otherwise than {theirs}"

    check = Check(solver)
    model_at = check.copy(model, {})
    at = check.copy(witness, {mine: model_at(theirs) for mine, theirs in shared.items()})
    differing = [
        check.differ(at(witness.latches[mine][0]), model_at(model.latches[theirs][0]))
        for mine, theirs in latches
    ]
    check.solver.add_clause(differing)
    if not check.impossible():
        return "transition: a latch of the witness steps otherwise than in the model"

    check = Check(solver)
    model_at = check.copy(model, {})
    at = check.copy(witness, {mine: model_at(theirs) for mine, theirs in shared.items()})
    if not check.impossible(model_at(model.bad), -at(witness.bad)):
        return "property: the witness does not rule out what is bad in the model"

    check = Check(solver)
    at = check.copy(witness, {})
    starts = [
        at(mine) * (1 if reset else -1) for mine, (_, reset) in witness.latches.items() if reset < 2
    ]
    if not check.impossible(*starts, at(witness.bad)):
        return "base: an initial state of the witness is bad"

    check = Check(solver)
    at = check.copy(witness, {})
    after = check.copy(witness, {mine: at(then) for mine, (then, _) in witness.latches.items()})
    if not check.impossible(-at(witness.bad), after(witness.bad)):
        return "step: a step of the witness leads from a good state to a bad one"
    return None


def read(file: str) -> Aiger:
    """A circuit from a file; ends the program where there is none."""
    try:
        with open(file, "rb") as stream:
            return Aiger(stream.read())
    except OSError as error:
        reason = error.strerror
    except (ValueError, IndexError):
        reason = "it is not binary AIGER"
    except AssertionError as error:
        reason = f"it is not binary AIGER: {error}"
    print(f"error: {file}: {reason}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        print(f"usage: {sys.argv[0]} MODEL WITNESS [SOLVER]", file=sys.stderr)
        sys.exit(2)
    wrong = failing(read(sys.argv[1]), read(sys.argv[2]), *sys.argv[3:])
    print(f"not a proof: {wrong}" if wrong else "proved")
    sys.exit(1 if wrong else 0)
