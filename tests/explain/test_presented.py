"""A presentation that cannot be used is reported in one line; the rest is as without one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.evidence.lazy_project import compiled, project, properties
from verifier.compiler.digest import everything
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Violated
from verifier.execution.conversions import execution_along
from verifier.execution.execution import Execution
from verifier.execution.presenter import Presenter
from verifier.explain.counterexample import trace_of
from verifier.explain.session import Exploration
from verifier.language import (
    Act,
    Belief,
    Beliefs,
    Flags,
    Lane,
    Lanes,
    Presentation,
    System,
    Table,
    wrong,
)
from verifier.viewer.markup import rendered
from verifier.viewer.mermaid import sequence
from verifier.viewer.screen.view_model import Scene
from verifier.viewer.text import trace_lines
from verifier.viewer.trace_index import Reading

NAME = "lazy/broken"

GOOD: Presentation[Any] = Presentation(
    lanes=Lanes(lambda m: m.current.name, (Lane("A", "the first"), Lane("B"))),
    acts=lambda now: Act(trap="fault" if now.before.ts and not now.after.ts else ""),
    tables=(Table("seen", "what was seen", lambda m: (m.access, m.latest), by_code=False),),
    flags=Flags("registers", (lambda m: (m.ts, m.registers.owner),)),
    headline=lambda now: (f"{now.after.access.by.name} finds ", wrong("others")),
    words={"task": "TASK"},
)


def violated(presentation: Presentation[Any] | None) -> Trace:
    """The counterexample of the template's broken kernel."""
    system = replace(project().systems[NAME], presentation=presentation)
    known = replace(compiled(NAME), system=system)
    verdict = bmc(known.circuit, ["isolation"], Limits())["isolation"]
    assert isinstance(verdict, Violated)
    trace = trace_of(
        known, execution_along(known, verdict.path), "isolation", shortest=True, explain=True
    )
    assert isinstance(trace, Trace)
    return trace


def text(trace: Trace) -> str:
    return "\n".join(rendered(trace_lines(trace)))


def test_a_presentation_is_part_of_the_story() -> None:
    shown = text(violated(GOOD))
    assert "  B finds others" in shown
    assert "   2  ●────────▶        switch_to B" in shown
    assert "use_fpu  fault" in shown
    assert "what fails: a TASK finds only its own registers" in shown
    assert "participant A as the first" in "\n".join(sequence(violated(GOOD)))


def test_a_system_without_one_has_one_lane_and_a_plain_table() -> None:
    trace = violated(None)
    assert Reading(trace).lanes == ()
    assert "  violated: a task finds only its own registers." in text(trace)
    scene = Scene(trace, None, 9)
    scene.view = "state"
    assert next(rendered(row.text for row in scene.rows())) == "state"


def fails(_: object) -> Any:
    raise ZeroDivisionError("division by zero")


def changes(now: Any) -> Any:
    now.after.ts = True


def loops(_: object) -> Any:
    while True:
        pass


GRID: Beliefs[Any, Any] = Beliefs(
    lambda m: m,
    {"TS": lambda m: m.ts},
    lambda m, _: [Belief("A", "it", (m.ts,))],
    ("is",),
    "is",
    "",
)


class Nameless:
    """What people define."""

    def __repr__(self) -> str:
        raise ValueError("no")


def nameless(_: object) -> Any:
    return Nameless()


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "raises": ({"acts": fails}, "`acts` of the presentation of `lazy/broken` raises ZeroDivision"),
    "a field that is gone": (
        {"headline": lambda now: now.after.acces},
        "`headline` of the presentation of `lazy/broken`: `Machine` has nothing called `acces`",
    ),
    "a named field that is gone": (
        {"flags": Flags("f", (lambda m: m.curent,))},
        "the presentation of `lazy/broken`: `Machine` has nothing called `curent`",
    ),
    "no text": (
        {"lanes": Lanes(lambda m: m.ts)},
        "returns True: expected `str` or a tuple of `str`",
    ),
    "no act": ({"acts": lambda _: "exit"}, "returns 'exit': expected `Act`"),
    "an act left out": ({"acts": lambda _: None}, "returns None: expected `Act`"),
    "a wrong act": ({"acts": lambda _: Act(label=5)}, "`label` is 5; expected `str`"),  # type: ignore[arg-type]
    "a wrong sentence": (
        {"headline": lambda _: (5,)},
        "returns (5,): expected a `Sentence` or None",
    ),
    "a bare sentence": ({"headline": lambda _: "no"}, "expected a `Sentence` or None"),
    "no rows": (
        {"beliefs": replace(GRID, rows=lambda m, _: m)},
        "`beliefs` of the presentation of `lazy/broken` raises TypeError",
    ),
    "no function": ({"acts": 5}, "`acts` is 5; expected a function or None"),
    "no lanes": (
        {"lanes": Lanes(str, order=("A",))},  # type: ignore[arg-type]
        "the presentation of `lazy/broken`: `lanes.order[0]` is 'A'; expected `Lane`",
    ),
    "no fields": (
        {"flags": Flags("f", (5,))},  # type: ignore[arg-type]
        "`flags.fields[0]` is 5; expected a function or `Each`",
    ),
    "no table": ({"tables": (5,)}, "`tables[0]` is 5; expected `Table`"),
    "no words": ({"words": {"ts": 5}}, "`words['ts']` is 5; expected `str`"),
    "no text of its own": ({"lanes": Lanes(nameless)}, "returns a `Nameless`: "),
    "no end": ({"headline": lambda _: ENDLESS}, "returns [[...]]: expected a `Sentence`"),
    "changes the state": ({"headline": changes}, "`ts` is changed by a property"),
}


@pytest.mark.parametrize(("parts", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_presentation_is_one_line_with_place_and_help(
    parts: dict[str, Any], says: str
) -> None:
    trace = violated(replace(GOOD, **parts))
    plain = violated(None)
    problem = Reading(trace).problem
    assert says in problem
    assert "\n" not in problem
    assert "test_presented.py:" in problem or "lazy.py:" in problem
    assert "; help: " in problem
    shown = text(trace)
    assert "shown without its presentation:" in shown
    assert "%% shown without its presentation:" in "\n".join(sequence(trace))
    bare = msgspec.structs.replace(trace, picture=plain.picture)
    steps = tuple(msgspec.structs.replace(stride, problem="") for stride in bare.steps)
    assert text(msgspec.structs.replace(bare, steps=steps)) == text(plain)


def test_a_table_of_beliefs_about_nothing_is_not_drawn() -> None:
    trace = violated(replace(GOOD, beliefs=replace(GRID, bits={})))
    assert not Reading(trace).problem
    assert text(trace) == text(violated(GOOD))


def test_a_presentation_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.execution.presenter.SECONDS", 0.1)
    assert "timed out after 0.1 seconds" in Reading(violated(replace(GOOD, headline=loops))).problem


def explored(presentation: Presentation[Any]) -> Exploration:
    system = replace(project().systems[NAME], presentation=presentation)
    return Exploration(Execution.at_start(system, properties(NAME)))


def test_a_step_taken_by_hand_shows_it_too() -> None:
    session = explored(replace(GOOD, acts=fails))
    assert not Reading(session.now.trace).problem
    session.take(0, next(filter(None, session.enabled(0))))
    scene = Scene(session.now.trace, session, 9)
    scene.view = "state"
    assert any(
        "without its presentation" in each for each in rendered(r.text for r in scene.rows())
    )


@pytest.mark.parametrize(
    "made", [Presentation(), GOOD, replace(GOOD, acts=fails), replace(GOOD, lanes=Lanes(fails))]
)
def test_no_circuit_depends_on_a_presentation(made: Presentation[Any]) -> None:
    def digest(known: TransitionSystem) -> str:
        return everything(known.circuit)

    system: System = replace(project().systems[NAME], presentation=made)
    assert digest(compile_system(system, properties(NAME))) == digest(compiled(NAME))


def test_a_problem_is_known_once_and_nothing_is_asked_after_it() -> None:
    asked: list[int] = []

    def counted(_: object) -> str:
        asked.append(1)
        raise ValueError("no")

    system = replace(project().systems[NAME], presentation=Presentation(lanes=Lanes(counted)))
    presenter = Presenter(system)
    run: Callable[[], Any] = presenter._start
    assert [presenter.running(run()).runs for _ in range(3)] == [(), (), ()]
    assert len(asked) == 1
    assert presenter.picture().problem == presenter.problem
