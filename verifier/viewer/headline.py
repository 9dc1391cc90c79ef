"""A violation in one sentence: what a guest saw or still waits for, and what it was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.evidence.traces import Trace
from verifier.language.plain_values import Value
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.claims import failing_claim
from verifier.viewer.contract import differences, first_difference, pairs
from verifier.viewer.levels import Levels, exit_reason
from verifier.viewer.markup import EMPTY, Line, inert, line, shown, words
from verifier.viewer.trace_index import Reading, calls

INSTRUCTION, OUTCOME, SHOULD = "outcome.instruction", "outcome.outcome", "outcome.promised"
OBSERVED = "outcome.observed"
READ = "outcome.read."
EXIT_DIFFERS = "outcome.exit_differs"
OWNER, VALUE, LATEST = "access.found.owner", "access.found.value", "access.latest"
WHO = ("access.context", "access.by")
UNUSED = "the registers' initial state"

OUTCOMES = {
    "DONE": ("complete", "completes"),
    "EXIT": ("exit to L1", "exits to L1"),
    "NM": ("raise #NM", "raises #NM"),
    "UD": ("raise #UD", "raises #UD"),
    "GP": ("raise #GP", "raises #GP"),
    "MF": ("raise #MF", "raises #MF"),
    "VMFAIL": ("be refused by the CPU", "is refused by the CPU"),
}

ENTRIES = {
    "DONE": ("enter L2 with no event", "enters L2 with no event"),
    "NM": ("inject #NM into L2", "injects #NM into L2"),
    "EXIT": ("exit to L1 at once", "exits to L1 at once"),
    "VMFAIL": OUTCOMES["VMFAIL"],
}
"""The outcomes of a VM entry."""


@dataclass(frozen=True)
class Owed:
    """An outcome that was promised and never comes; the step with which the wait begins."""

    instruction: str
    outcome: str
    since: int


def what_happened(reading: Reading, levels: Levels) -> Line:
    """What a guest saw and should have seen or waits for, what a context found in the registers.

    Where nothing of that is known, the violated claim.
    """
    number = wrong_outcome(reading)
    if number is not None:
        return _told_wrongly(reading, levels, number)
    waiting = owed(reading, levels)
    if waiting is not None:
        return _kept_waiting(reading, levels, waiting)
    found = (
        _read_wrongly(reading, levels)
        or _found_in_the_vmcs(reading)
        or _found_in_the_registers(reading)
    )
    if reading.trace.blocked:
        when = f"after step {reading.steps}" if reading.steps else "at the start"
        return line(f"{when} ", ("no step is enabled", "wrong"))
    when = "violated: " if reading.steps else "violated at the start: "
    return found or line((when, "wrong"), failing_claim(reading.trace))


def in_which(trace: Trace) -> str:
    """What occurs at the end of an execution that is there to show it."""
    return f", and then: {words(trace.case)}" * bool(trace.case)


def _read_wrongly(reading: Reading, levels: Levels) -> Line:
    """What bit a guest should have read; empty where the claim looks at something else."""
    last = reading.steps
    for one, delivered, promised in differences(reading, last):
        if one.delivered.startswith(READ) and one.delivered in reading.trace.seen:
            name = inert(one.delivered.removeprefix(READ))
            return line(
                f"{guest(levels, last)}'s {shown(reading.value(INSTRUCTION, last))} should read ",
                (f"{name}={shown(promised)}", "good"),
                ", but it reads ",
                (f"{name}={shown(delivered)}", "wrong"),
            )
    return EMPTY


def _found_in_the_vmcs(reading: Reading) -> Line:
    """What L1 should find saved of L2; empty where the claim looks at something else."""
    seen, last = reading.trace.seen, reading.steps
    for one in pairs(reading):
        record, _, name = one.what.partition(".")
        of_exit = EXIT_DIFFERS in seen and name.startswith("exit_")
        looked_at = of_exit or seen.keys() >= {one.delivered, one.promised}
        delivered, promised = (reading.value(f, last) for f in (one.delivered, one.promised))
        if record == "vmcs12" and looked_at and delivered != promised:
            return line(
                f"L1 should find {inert(one.what)}=",
                (shown(promised), "good"),
                ", but it finds ",
                (shown(delivered), "wrong"),
            )
    return EMPTY


def _found_in_the_registers(reading: Reading) -> Line:
    """Whose registers a context found, or what value; empty where the claim does not look."""
    last, seen = reading.steps, reading.trace.seen
    who = next((name for name in WHO if reading.has(name)), None)
    if who is None or not seen.keys() & {OWNER, VALUE} or not reading.has(OWNER):
        return EMPTY
    context, owner = (shown(reading.value(name, last)) for name in (who, OWNER))
    if owner != context:
        whose = UNUSED if owner == "INIT" else f"{owner}'s registers"
        return line(f"{context}'s FPU access finds ", (whose, "wrong"))
    if not (reading.has(LATEST) and reading.has(VALUE)):
        return EMPTY
    value, latest = (shown(reading.value(name, last)) for name in (VALUE, LATEST))
    if value == latest:
        return EMPTY
    return line(
        f"{context}'s FPU access should find ",
        (latest, "good"),
        ", which it wrote last, but finds ",
        (value, "wrong"),
        " of before",
    )


def wrong_outcome(reading: Reading) -> int | None:
    """The step whose outcome is not the promised one, where the violation is or hangs on it."""
    if not all(map(reading.has, (INSTRUCTION, OUTCOME, SHOULD))):
        return None
    last = reading.steps
    if reading.value(OUTCOME, last) != reading.value(SHOULD, last):
        return last
    found = first_difference(reading)
    if found is None or found[1].delivered != OUTCOME:
        return None
    return found[0] if reading.trace.steps[found[0] - 1].because else None


def _told_wrongly(reading: Reading, levels: Levels, number: int) -> Line:
    instruction, outcome, promised = (
        shown(reading.value(name, number)) for name in (INSTRUCTION, OUTCOME, SHOULD)
    )
    known = OUTCOMES
    if is_entry(reading, number):
        instruction, known = "VM entry", ENTRIES
    should, does = _in_words(promised, known)[0], _in_words(outcome, known)[1]
    subject = f"{guest(levels, number)}'s {instruction}"
    if number == reading.steps:
        return line(f"{subject} should ", (should, "good"), ", but it ", (does, "wrong"))
    again = f", and in step {reading.steps} again, with nothing changed" * bool(
        repeated(reading, levels)
    )
    return line(
        f"{subject} should ",
        (should, "good"),
        ", but it ",
        (does, "wrong"),
        f" in step {number}{again}",
    )


def is_entry(reading: Reading, number: int) -> bool:
    """Whether the outcome in a step is that of a VM entry, not of an instruction of the guest."""
    written = reading.write(SHOULD, number), reading.write(INSTRUCTION, number)
    return written[0] is not None and written[1] is None


def _kept_waiting(reading: Reading, levels: Levels, waiting: Owed) -> Line:
    trap = "#NM on " * levels.passage(waiting.since).traps
    host = levels.lanes[0] if levels.lanes else "the kernel"
    did = what_was_done(reading) or "does nothing that leads to it"
    return line(
        f"{guest(levels, waiting.since)}'s {trap}{waiting.instruction} should ",
        (_in_words(waiting.outcome)[0], "good"),
        f", but {host} ",
        (did, "wrong"),
    )


def _in_words(outcome: str, known: Mapping[str, tuple[str, str]] = OUTCOMES) -> tuple[str, str]:
    return known.get(outcome, (outcome, outcome))


def guest(levels: Levels, number: int) -> str:
    """Who ran last before a step that is not the host."""
    ran = (levels.at(step) for step in reversed(range(number)))
    return next((level for level in ran if level not in ("L0", "")), "the guest")


def what_was_done(reading: Reading) -> str:
    """What the model says about what the kernel made of the last step."""
    told = (each for each in calls(reading.trace.steps[-1].call) if is_kernel_function(each))
    return next((inert(each.means) for each in told if each.means), "")


def owed(reading: Reading, levels: Levels) -> Owed | None:
    """What the guest would have seen of the last step, as promised, had the code decided otherwise.

    None where it has seen something.
    """
    if not all(map(reading.has, (INSTRUCTION, OUTCOME, SHOULD, OBSERVED))):
        return None
    last = reading.steps
    for turn in reading.trace.turned if reading.value(OBSERVED, last) is False else ():

        def then(field: str, there: dict[str, tuple[Value, Value]] = turn.differs) -> Value:
            return there[field][1] if field in there else reading.value(field, last)

        if turn.number == last and then(OBSERVED) is True and then(OUTCOME) == then(SHOULD):
            again = repeated(reading, levels)
            since = again[0] if again else next(levels.exits(last), last)
            return Owed(shown(then(INSTRUCTION)), shown(then(SHOULD)), since)
    return None


def repeated(reading: Reading, levels: Levels) -> tuple[int, int] | None:
    """The last exit and an earlier one of the same instruction, where nothing but that counts."""
    unequal = differences(reading, reading.steps)
    if any(one.delivered in reading.events for one, _, _ in unequal):
        return None
    exits = levels.exits(reading.steps)
    last = next(exits, None)
    if last is None:
        return None
    seen = _exit(reading, levels, last)
    found = next((number for number in exits if _exit(reading, levels, number) == seen), None)
    return (found, last) if found is not None else None


def _exit(reading: Reading, levels: Levels, number: int) -> tuple[object, ...]:
    stride = reading.trace.steps[number - 1]
    who = levels.at(number - 1)
    return stride.step, tuple(stride.choices.items()), who, exit_reason(stride)
