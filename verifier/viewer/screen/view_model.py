"""What the screen shows: a trace, the cursor, and what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from verifier.evidence.traces import Trace
from verifier.explain.session import Exploration
from verifier.language.plain_values import plural
from verifier.viewer import call_tree
from verifier.viewer.claims import STANDING, failing_claim, sentence
from verifier.viewer.comparison import belief_lines, contract_lines, ownership_lines
from verifier.viewer.divergence import divergence_lines
from verifier.viewer.headline import in_which, what_happened
from verifier.viewer.in_short import grounds
from verifier.viewer.markup import EMPTY, Line, Row, Span, inert, line
from verifier.viewer.sentences import in_short
from verifier.viewer.state_table import items
from verifier.viewer.text import problem_lines, property_lines, watched
from verifier.viewer.timeline import UNAVOIDABLE, Timeline, described
from verifier.viewer.trace_index import Reading
from verifier.viewer.watch_expressions import Watch
from verifier.viewer.what_if import what_if_lines
from verifier.viewer.why import Because, Link, chain, violation_lines, why_rows


class Steps:
    """The timeline's rows, each made when it is first looked at; row 0 is the start."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return self.timeline.reading.steps + 1

    def __getitem__(self, place: int) -> Row:
        if place not in self._made:
            text = self.timeline.row(place) if place else self.timeline.start()
            self._made[place] = Row(text, step=place)
        return self._made[place]


class Scene:
    """A trace, and how it is looked at."""

    def __init__(self, trace: Trace, session: Exploration | None, lane: int) -> None:
        self.trace = trace
        self.session = session
        self.reading = Reading(trace)
        self.timeline = Timeline(self.reading, lane)
        self.number = self.reading.steps
        self.view = "why" if trace.conjunct else "state"
        self.unfolded = False
        self.search = ""
        self.filter = ""
        self.asked = ""
        self.watches: list[Watch] = []
        self.columns = 80

    def like(self, other: Scene) -> Scene:
        """This trace, looked at as another one was."""
        self.unfolded, self.search = other.unfolded, other.search
        nothing_to_show = other.view == "why" and not self.trace.conjunct
        self.view = "state" if nothing_to_show else other.view
        self.filter, self.watches = other.filter, other.watches
        self.columns = other.columns
        return self

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.timeline)

    @cached_property
    def _violating(self) -> list[Link]:
        """The causes of the violation."""
        wanted = self.trace.deciding()
        return chain(self.reading, wanted, self.reading.end)

    @property
    def because(self) -> Because | None:
        return self.session.because if self.session is not None else None

    @property
    def filters(self) -> tuple[str, ...]:
        """All fields, then each table's."""
        return ("", *(table.name for table in self.reading.picture.tables))

    def headline(self) -> Line:
        trace = self.trace
        if not trace.conjunct:
            return line(
                (f" {inert(trace.system)}", "step"),
                f"  {plural(len(trace.steps), 'step')}",
                in_which(trace),
            )
        pair = inert(f"{trace.system}/{trace.property}")
        return line((f" ✗ {pair}", "wrong"), "  ", *what_happened(self.reading))

    def step_line(self) -> Line:
        """The step under the cursor, as a title of what it called."""
        if not self.number:
            return line((" the start", "title"))
        stride = self.trace.steps[self.number - 1]
        return line((f" step {self.number}  ", "source"), *described(stride))

    def remark(self) -> Span:
        """What is special about the step under the cursor."""
        if self.trace.conjunct and self.number == self.reading.steps:
            when = f"it fails {STANDING}" if self.trace.failure.standing else "here it fails"
            return f"{when}: {failing_claim(self.trace)}", "wrong"
        if self.trace.case and self.number == self.reading.steps:
            return f"here it occurs: {sentence(self.trace, self.trace.case)}", "good"
        if self.number and self.number == self.trace.explanation.doomed:
            return UNAVOIDABLE, "wrong"
        return "", "source"

    def rows(self, view: str = "") -> list[Row]:
        """The rows of the view that is open, or of another one."""
        rows = list(VIEWS[view or self.view].rows(self))
        return rows or [Row(line((self._nothing(), "source")))]

    def _nothing(self) -> str:
        """Why the state has no field to show."""
        among = f" of {inert(self.filter)}" * bool(self.filter)
        if self.search:
            return f"no field{among} has {inert(self.search)} in its name; escape shows all"
        return f"no field{among} changes in any step; escape shows all"

    def _state(self) -> Iterator[Row]:
        reading, number = self.reading, self.number
        yield from map(Row, problem_lines(reading))
        if not self.search and not self.filter:
            yield from map(Row, belief_lines(reading, number))
            registers = list(ownership_lines(reading, number, self.columns))
            if registers:
                yield Row(line((inert(reading.picture.having), "title")))
                yield from map(Row, registers)
                yield Row(EMPTY)
        yield from items(reading, number, self.unfolded, self.filter, self.search)

    def written(self, field: str) -> str:
        """Who set a field last."""
        if not field:
            return ""
        last = self.reading.last_change(field, self.number)
        write = self.reading.write(field, last)
        if write is None:
            return f"{inert(field)}: as it was at the start"
        where = call_tree.place(write.function, write.change.line)
        return f"{inert(field)}: set in step {last} by {inert(write.function.function)}, {where}"

    def _calls(self) -> Iterator[Row]:
        if not self.number:
            yield Row(line(("nothing has happened yet", "source")))
            return
        stride = self.trace.steps[self.number - 1]
        if stride.says:
            yield Row(line((inert(stride.says), "source")))
        folded = self.reading.is_explained and not self.unfolded
        matter = self.reading.matter if folded else None
        column, deciding = self.columns * 2 // 3, self.reading.deciding(self.number)
        rows = list(call_tree.rows(stride.call, matter, column=column, deciding=deciding))
        folds = "; f unfolds what else happens" if matter is not None else ""
        nothing = f"nothing is called, decided or changed{' that matters' * bool(folds)}{folds}"
        yield from rows or [Row(line((nothing, "source")))]

    def _why(self) -> Iterator[Row]:
        if self.asked:
            value = line("why ", (inert(self.asked), "step"), f" after step {self.number}")
            yield Row(value, self.asked)
            yield from why_rows(self.reading, self.asked_links(), self.columns)
        elif self.trace.conjunct:
            yield from self._whole_why()
        elif self.trace.steps and self.trace.steps[-1].fails:
            yield Row(line(("finding out why ...", "source")))
        elif any(stride.fails for stride in self.trace.steps):
            says = "b undoes steps; an execution that ends in its violation is explained"
            yield Row(line((says, "source")))
        else:
            yield Row(line(("nothing is violated; enter on a field asks why it is so", "source")))

    def asked_links(self) -> list[Link]:
        """The causes of the field that was asked about, as far as they are known."""
        return chain(self.reading, [self.asked], self.number, self.because)

    def to_trace(self) -> int | None:
        """The next step whose causes are still to be found out, for what is asked."""
        if self.view != "why" or not self.asked:
            return None
        return next((link.number for link in self.asked_links() if link.sources is None), None)

    def _whole_why(self) -> Iterator[Row]:
        reading = self.reading
        yield from in_short(reading, self.columns)
        yield Row(EMPTY)
        yield from map(Row, divergence_lines(reading, self.columns))
        yield Row(line(("what the claim looks at", "title")))
        yield from map(Row, violation_lines(reading))
        if reading.is_explained:
            yield Row(EMPTY)
            yield Row(line(("what it depends on, backwards", "title")))
            yield from why_rows(reading, self._violating, self.columns)
            yield Row(EMPTY)
            yield Row(line(("what if", "title")))
            yield from map(Row, what_if_lines(reading, self.columns))
        yield from self._grounds()

    def _grounds(self) -> Iterator[Row]:
        rows = list(grounds(self.reading, self.columns))
        if rows:
            yield from (Row(EMPTY), Row(line(("grounds", "title"))), *rows)

    def _contract(self) -> Iterator[Row]:
        yield from map(Row, contract_lines(self.reading, self.number, self.unfolded))

    def _watches(self) -> Iterator[Row]:
        if not self.watches:
            says = f"w adds an expression, such as {inert(self._example)}"
            yield Row(line((says, "source")))
        for watch in self.watches:
            now = watched(self.reading, watch, self.number)
            before = watched(self.reading, watch, max(0, self.number - 1))
            change = ((before, "old"), (" -> ", "")) if now != before else ()
            yield Row(line(f"{inert(watch.text)}   ", *change, (now, "new")), note=watch.text)

    @property
    def _example(self) -> str:
        """A field that says something, to be watched."""
        picture = self.reading.picture
        flags = [f for f in picture.flags if isinstance(self.reading.value(f, 0), bool)]
        return next(iter([*flags, *self.reading.fields]), "")

    def _properties(self) -> Iterator[Row]:
        failing = (
            self.trace.steps[self.number - 1].fails if self.number else self.reading.fails_at_start
        )
        if not self.trace.claims:
            yield Row(line(("nothing is claimed of this system", "source")))
            return
        yield Row(line((f"after step {self.number}", "source")))
        for claim, group in self.trace.claims.items():
            holds = claim not in failing
            mark: Span = ("  ✓ ", "good") if holds else ("  ✗ ", "wrong")
            yield Row(line(mark, f"{inert(group)}: {sentence(self.trace, claim)}"))
        yield Row(EMPTY)
        yield Row(line(("along the whole execution", "source")))
        yield from map(Row, property_lines(self.reading))


@dataclass(frozen=True)
class View:
    """A part of the screen that a key of its own opens; it has rows for every trace."""

    rows: Callable[[Scene], Iterator[Row]]
    folds: bool = False
    """Whether it leaves out what the violation does not depend on."""


VIEWS = {
    "state": View(Scene._state, folds=True),
    "calls": View(Scene._calls, folds=True),
    "why": View(Scene._why),
    "contract": View(Scene._contract, folds=True),
    "watches": View(Scene._watches),
    "properties": View(Scene._properties),
}
"""In the order of their keys; tabs, keys and help are made from this list."""
