"""verdicts.toml is changed line by line, and never into a file that says something else."""

from tomllib import loads

import pytest

from verifier.language.errors import ModelError
from verifier.project.catalogue import Pair
from verifier.project.recorded_verdicts import accepted, places

FOUND = {Pair("os/one", "good"): "violated", Pair("os/two", "good"): "proved"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# why\n",
        '["os/one"]\ngood = "proved"  # why\n',
        '["os/one"]\n"good" = "proved"\n\n\n["os/two"]\n',
        '["os/one"]\nother = "proved"\n',
        '["os/one"]\n# \u2028good = "proved"\nother = "proved" # \x85 also\n',
    ],
)
def test_what_is_recorded_is_what_was_found_and_all_else_stays(text: str) -> None:
    before, after = loads(text), accepted(text, FOUND)
    wanted = {"os/one": {**before.get("os/one", {}), "good": "violated"}}
    assert loads(after) == {**before, **wanted, "os/two": {"good": "proved"}}
    assert {line for line in text.split("\n") if "#" in line and "good =" not in line} <= set(
        after.split("\n")
    )


@pytest.mark.parametrize("name", ["isol\u00e9", "v4.11", "who?", "a-b_1"])
def test_any_name_of_a_property_can_be_recorded_and_changed(name: str) -> None:
    pair = Pair("os/one", name)
    first = accepted("", {pair: "proved"})
    assert loads(accepted(first, {pair: "violated"})) == {"os/one": {name: "violated"}}


def test_a_quoted_name_has_its_line() -> None:
    assert places('["os/one"]\n\n"v4.11" = "proved"\n') == {Pair("os/one", "v4.11"): 3}


@pytest.mark.parametrize(
    "text",
    [
        "['os/one']\ngood = \"proved\"\n",
        "[\"os/one\"]\ngood = 'proved'\n",
        '"os/one" = { good = "proved" }\n',
        '"os/one".good = "proved"\n',
    ],
)
def test_a_file_in_other_forms_of_toml_is_refused_and_not_spoilt(text: str) -> None:
    with pytest.raises(ModelError, match=r"verdicts\.toml` cannot be changed line by line"):
        accepted(text, FOUND)
