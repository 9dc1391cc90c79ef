"""A `System` with arguments of wrong types, or that is none: one message with its line and help."""

from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.cli.test_mistakes import refused
from tests.cli.test_projects import model


def given(arguments: str) -> str:
    return f'x = System("a/b", {arguments})'


@pytest.mark.parametrize(
    ("line", "message", "help"),
    [
        (given("Machine(), (use_fpu,), summary=5"), "`summary` of `a/b` is `5`", "give a text"),
        (given("Machine(), (use_fpu,), level=5"), "`level` of `a/b` is `5`", "of the state"),
        (given("Machine(), (use_fpu,), may_end='no'"), "`may_end` of `a/b` is `'no'`", "True or"),
        (given("Machine(), (use_fpu,), without=(5,)"), "`a/b` names `5`, which", "name a field"),
        (given("Machine(), (use_fpu,), arbitrary=('z',)"), "has no field `z`", "did you mean"),
        (given("Machine(), use_fpu"), "`steps` of `a/b` is not a tuple", "ends in a comma"),
        (given("Machine(), (5,)"), "`5` is listed as a step of `a/b` but is not dec", "with @step"),
        (given("Machine, (use_fpu,)"), "is `Machine`, which is not a record", "write `Machine()`"),
        (given("5, (use_fpu,)"), "is `int`, which is not a record", "give a record"),
        ("x = System(5, Machine(), (use_fpu,))", "a system is called `5`", "give it a name"),
        ("x = object.__new__(System)", "`x` has a `System` that was not made by", "System(...)"),
        ("x = [object.__new__(System)]", "`x` has a `System` that was not made by", "System(...)"),
        ("class Own(System): pass", "`Own` extends `System`", "help: write `System(...)`"),
    ],
)
def test_what_is_wrong_about_a_system_is_refused_with_its_line(
    nestproof: Runner, project: Path, line: str, message: str, help: str
) -> None:
    text = f"{model(project).read_text()}{line}\n"
    model(project).write_text(text)
    place = f"models/lazy.py:{len(text.splitlines())}\n"
    refused(nestproof("check", cwd=project), message, place, help)
