"""The first step of a counterexample that does something else at the base."""

from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.compiler.behaviour import behaviour_of
from verifier.compiler.translation import compile_system
from verifier.evidence.bundle import Run
from verifier.evidence.traces import Trace
from verifier.explain.counterexample import trace_of_run
from verifier.gate.divergence import Departure, Hunk, departure, hunks_of, was_fine
from verifier.language import System, always, assume, record, step
from verifier.language.functions import about


@record
class Oven:
    on: bool = False
    hot: bool = False


@always("safety")
def it_is_not_hot(oven: Oven) -> bool:
    return not oven.hot


CLAIMS = [known for known in [about(it_is_not_hot)] if known]


@step
def switch_on(oven: Oven) -> None:
    oven.on = True


def heating() -> System:
    @step
    def heat(oven: Oven) -> None:
        assume(oven.on)
        oven.hot = True

    return System("tried/oven", Oven(), (switch_on, heat))


def without_heat() -> System:
    return System("tried/oven", Oven(), (switch_on,))


def heating_what_is_hot() -> System:
    @step
    def heat(oven: Oven) -> None:
        assume(oven.on and oven.hot)
        oven.hot = True

    return System("tried/oven", Oven(), (switch_on, heat))


def switching_off() -> System:
    @step
    def heat(oven: Oven) -> None:
        oven.on = False

    return System("tried/oven", Oven(), (switch_on, heat))


@pytest.fixture(scope="module")
def trace() -> Trace:
    """`switch_on`, `heat`, and it is hot."""
    run = Run({}, (("switch_on", {}), ("heat", {})))
    found = trace_of_run(compile_system(heating(), CLAIMS), "safety", run)
    assert found is not None
    return found


NOT_POSSIBLE = Departure(2, "heat", "", None, None, ())


@pytest.mark.parametrize(
    ("base", "left"),
    [
        (without_heat, NOT_POSSIBLE),
        (heating_what_is_hot, NOT_POSSIBLE),
        (switching_off, Departure(2, "heat", "on", False, True, ())),
        (heating, None),
    ],
)
def test_a_counterexample_departs_where_the_base_cannot_go_or_goes_elsewhere(
    trace: Trace, base: Callable[[], System], left: Departure | None
) -> None:
    before = behaviour_of(compile_system(base(), CLAIMS))
    assert departure(before, trace, ()) == left
    assert was_fine(before, trace) == (left is not None)


DIFF = """\
diff --git a/one.py b/one.py
--- a/one.py
+++ b/one.py
@@ -2 +2 @@ def f():
-    return 1
+    return 2
@@ -5,0 +6 @@ def g():
+    pass
diff --git a/two.py b/two.py
--- a/two.py
+++ b/two.py
@@ -1,2 +0,0 @@
-import a
-import b
"""


def test_the_lines_of_a_hunk_end_at_the_next_hunk_and_the_next_file(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("def f():\n    return 2\n\n\ndef g():\n    pass\n    pass\n")
    assert hunks_of(DIFF, tmp_path) == [
        Hunk("one.py", 2, ("    return 1",), ("    return 2",), "f"),
        Hunk("one.py", 6, (), ("    pass",), "g"),
        Hunk("two.py", 0, ("import a", "import b"), (), ""),
    ]
