"""Small models of every kind: each is refused, or means the same to three interpreters.

Plain Python on dataclasses, the concrete run, and the circuit; see `second_oracle/`.
"""

import ast
import os
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest

from tests.language.second_oracle.asdl import node_kinds
from tests.language.second_oracle.corpus import FOLDER, Construct, constructs, corpus, files
from tests.language.second_oracle.generated import generated
from tests.language.second_oracle.judge import fault, judge

KNOWN = set((FOLDER / "known").read_text().split())
"""Constructs that are neither refused nor equal yet: each must go on failing until it is taken
off the list."""

pytestmark = pytest.mark.filterwarnings(
    "ignore::SyntaxWarning", "ignore::RuntimeWarning", "ignore::DeprecationWarning"
)


@pytest.fixture(scope="module")
def from_the_grammar() -> list[Construct]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(generated())


def faults(some: list[Construct]) -> list[str]:
    """The constructs that are neither refused nor equal as they must be, with why."""
    found = []
    for construct in some:
        why = fault(construct)
        if why is not None and construct.name not in KNOWN:
            found.append(f"{construct.name}: {why}\n{construct.text}")
        elif why is None and construct.name in KNOWN:
            found.append(f"{construct.name}: take it off the list of what is known to fail")
    return found


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_every_construct_is_refused_or_means_the_same_to_plain_python(file: Path) -> None:
    found = faults(list(constructs(file)))
    assert not found, "\n".join(found)


def test_every_construct_from_the_grammar_is_refused_or_means_the_same_to_plain_python(
    from_the_grammar: list[Construct],
) -> None:
    found = faults(from_the_grammar)
    assert not found, "\n".join(found)


def test_every_kind_of_node_that_a_function_can_have_occurs(
    from_the_grammar: list[Construct],
) -> None:
    """A new Python fails here until somebody has looked at what it adds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trees = [ast.parse(construct.text) for construct in from_the_grammar]
    met = {type(node).__name__ for tree in trees for node in ast.walk(tree)}
    assert node_kinds() - met == set()


def test_the_corpus_is_large_and_much_of_it_is_not_refused(
    from_the_grammar: list[Construct],
) -> None:
    written = list(corpus())
    names = Counter(construct.name for construct in [*written, *from_the_grammar])
    assert not [name for name, count in names.items() if count > 1]
    assert set(names) >= KNOWN
    assert len(written) > 1000
    assert len(from_the_grammar) > 250
    assert sum(construct.expected == "equal" for construct in written) > 100
    some = from_the_grammar[::8]
    verdicts = [judge(construct.name, construct.text).verdict for construct in some]
    assert verdicts.count("equal") > len(some) // 5


def test_no_hash_seed_changes_what_a_construct_means() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.language.second_oracle", "state.txt"],
            cwd=Path(__file__).parent.parent.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for seed in ("0", "1")
    ]
    first, second = (set(each.communicate()[0].splitlines()) for each in running)
    assert len(first) > 100
    assert not {line for line in first ^ second if line.split()[0] not in KNOWN}
