"""Evidence as plain text: for pipes, CI logs and terminals without a screen to take over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.language.plain_values import plural
from verifier.viewer import call_tree
from verifier.viewer.claims import STANDING, failing_claim, length, sentence
from verifier.viewer.comparison import belief_lines, contract_lines, ownership_lines, relevant_bits
from verifier.viewer.divergence import divergence_lines
from verifier.viewer.folding import fold_line, hidden
from verifier.viewer.headline import in_which
from verifier.viewer.in_short import grounds
from verifier.viewer.markup import EMPTY, Line, Span, inert, line, shown, word_by_word, wrapped
from verifier.viewer.sentences import in_short
from verifier.viewer.state_table import STOPPED, rest_line
from verifier.viewer.timeline import Timeline, described, legend
from verifier.viewer.trace_index import Reading
from verifier.viewer.watch_expressions import Watch, WrongWatch
from verifier.viewer.what_if import what_if_lines
from verifier.viewer.why import chain, violation_lines, why_rows


def trace_lines(
    trace: Trace, watches: Sequence[Watch] = (), everything: bool = False
) -> Iterator[Line]:
    """The whole counterexample: the overview, then every step."""
    yield from overview_lines(trace, watches)
    reading = Reading(trace)
    yield from _section("Steps")
    folded = {} if everything else hidden(reading)
    for number in range(1, reading.steps + 1):
        if number not in folded:
            yield from step_lines(reading, number, everything)
            yield EMPTY
        elif number == folded[number][0]:
            yield fold_line(reading, folded[number])
            yield EMPTY


def overview_lines(trace: Trace, watches: Sequence[Watch] = ()) -> Iterator[Line]:
    """The verdict in short, the timeline, why, what if, grounds, beliefs, contract, properties."""
    reading = Reading(trace)
    yield from _headline(reading)
    yield from problem_lines(reading)
    if trace.conjunct:
        yield from _section("In short")
        yield from (row.text for row in in_short(reading))
    yield from _section("Timeline")
    yield from timeline_lines(reading)
    if trace.conjunct:
        yield from _section("Why")
        yield from divergence_lines(reading)
        yield from violation_lines(reading)
        if reading.is_explained:
            links = chain(reading, trace.deciding(), reading.end)
            yield from (row.text for row in why_rows(reading, links))
            yield from _section("What if")
            yield from what_if_lines(reading)
        yield from _grounds(reading)
    if relevant_bits(reading) and reading.steps:
        yield from _section("Who assumes what, before and after the last step")
        for number in (reading.steps - 1, reading.steps):
            yield line((f"after step {number}", "source"))
            yield from ownership_lines(reading, number)
            yield from belief_lines(reading, number)
    if reading.picture.promise is not None:
        yield from _section("Contract")
        yield from contract_lines(reading, reading.steps)
    if watches:
        yield from _section("Watches")
        yield from watch_lines(reading, watches)
    yield from _section("Properties")
    yield from property_lines(reading)


def _grounds(reading: Reading) -> Iterator[Line]:
    rows = list(grounds(reading))
    if rows:
        yield from _section("Grounds")
        yield from (row.text for row in rows)


def _section(title: str) -> Iterator[Line]:
    yield EMPTY
    yield line((title, "title"))


def _headline(reading: Reading) -> Iterator[Line]:
    trace = reading.trace
    if not trace.conjunct:
        yield line(
            (f"an execution of {inert(trace.system)}, {plural(reading.steps, 'step')}", "step"),
            in_which(trace),
        )
        return
    where = f"after {length(trace)}" if trace.steps else "at the start"
    pair = inert(f"{trace.system}/{trace.property}")
    yield line((f"{pair} is violated {where}", "wrong"))
    yield line(f"  what fails: {failing_claim(trace)}")


def problem_lines(reading: Reading) -> Iterator[Line]:
    """That an execution is shown without its presentation, where it cannot be used."""
    if reading.problem:
        why = word_by_word(line(inert(reading.problem)))
        yield from wrapped(line(("shown without its presentation:", "wrong")), why, 2)


def timeline_lines(reading: Reading) -> Iterator[Line]:
    """The timeline with its heading and legend."""
    timeline = Timeline(reading)
    yield timeline.heading()
    if timeline.has_start:
        yield timeline.start()
    folded = hidden(reading)
    for number in range(1, reading.steps + 1):
        if number not in folded:
            yield timeline.row(number)
        elif number == folded[number][0]:
            yield fold_line(reading, folded[number])
    explanation = legend(reading)
    if explanation:
        yield explanation


def step_lines(reading: Reading, number: int, everything: bool = False) -> Iterator[Line]:
    """One step: its calls and branches, and the fields it changed."""
    stride = reading.trace.steps[number - 1]
    last = bool(reading.trace.conjunct) and number == reading.steps
    when = f"it fails {STANDING}" if reading.trace.failure.standing else "here it fails"
    mark: list[Span] = [(f"  <-- {when}", "wrong")] if last else []
    level = reading.who(number)
    yield (
        (f"{number:3}  ", ""),
        (f"{level}  " if level else "", "level"),
        *described(stride),
        *mark,
    )
    if stride.says:
        yield line((f"     {inert(stride.says)}", "source"))
    if reading.is_stopped(number):
        yield line((f"     {STOPPED}", "source"))
    matter = None if everything or not reading.is_explained else reading.matter
    for row in call_tree.rows(stride.call, matter, deciding=reading.deciding(number)):
        yield line("       ", *row.text)
    yield from rest_line(reading, number, matter)


def property_lines(reading: Reading) -> Iterator[Line]:
    """Each claim, and the steps after which it does not hold."""
    trace = reading.trace
    if not trace.claims:
        yield line(("not recorded in the trace", "source"))
    for claim, group in trace.claims.items():
        failing = [n for n, stride in enumerate(trace.steps, 1) if claim in stride.fails]
        steps = ", ".join(map(str, failing[:10])) + (", ..." if len(failing) > 10 else "")
        when = f"  after step {steps}" if failing else "  at the start"
        if failing or claim in reading.fails_at_start:
            fails = failing_claim(trace) if claim == trace.conjunct else sentence(trace, claim)
            yield line(("  ✗ ", "wrong"), f"{inert(group)}: {fails}", (when, "wrong"))
        else:
            yield line(("  ✓ ", "good"), f"{inert(group)}: {sentence(trace, claim)}")


def watch_lines(reading: Reading, watches: Sequence[Watch]) -> Iterator[Line]:
    """Each expression's value at the start and whenever it changes."""
    for watch in watches:
        yield line(f"  {inert(watch.text)}")
        before = None
        for number in range(reading.steps + 1):
            text = watched(reading, watch, number)
            if text != before:
                where = f"after step {number}" if number else "at the start"
                yield line((f"    {where:<15}", "source"), (text, "new"))
            before = text


def watched(reading: Reading, watch: Watch, number: int) -> str:
    """An expression's value after a step, or why it has none."""
    try:
        return shown(watch.value(reading.state(number), reading.trace.enums))
    except WrongWatch as wrong:
        return inert(f"? {wrong}")


def unverified_lines(saved: SavedTrace, reason: str) -> Iterator[Line]:
    """What a file says, headed by why it is not shown as what happened."""
    goal = f"/{inert(saved.goal())}" if saved.goal() else ""
    steps = plural(len(saved.steps), "step")
    yield line((f"unverified: {inert(saved.system)}{goal}, {steps}", "wrong"))
    yield line(f"  {inert(reason)}")
    yield line("  what follows is from the file; none of it was checked")
    yield from _section("Start")
    for field, value in saved.start.items():
        yield line(f"  {inert(field)} = {shown(value)}")
    yield from _section("Steps")
    for number, each in enumerate(saved.steps, 1):
        choices = "".join(f" {inert(name)}={shown(value)}" for name, value in each.choices.items())
        yield line((f"{number:3}  ", ""), (inert(each.step), "step"), (choices, "choice"))
