"""What the design says about the shape of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.findings import FOLDER, pairs_of
from verifier.project.loading import load

ROOT = Path(__file__).parent.parent.parent
LARGEST = {"verifier": 300, "models": 300, "properties": 300, "tests": 350}
"""Lines of a file."""
DECISION = re.compile(r"docs/decisions/([\w-]+\.md)")
ONE_TEXT = {"tests.language.programs", "tests.language.reference_steps"}
"""Tests that also run as plain Python, for which each is loaded as one text."""


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def test_nobody_has_a_circuit_that_was_not_compared_with_python_but_who_tries_changes() -> None:
    raw = {"compile_system", "compile_steps", "translated", "translation_of"}
    mutants = {
        "verifier.mutation.campaign",
        "verifier.mutation.branch_coverage",
        "verifier.mutation.run",
        "verifier.gate.hidden",
        "verifier.bugs.confirm",
    }
    found = {
        dotted(file)
        for file in sources("verifier")
        if not dotted(file).startswith(("verifier.language.", "verifier.compiler."))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        if raw.intersection(alias.name for alias in node.names)
    }
    assert found <= mutants


def test_files_can_be_taken_in_at_once() -> None:
    long = {
        dotted(file)
        for folder, most in LARGEST.items()
        for file in sources(folder)
        if len(file.read_text().splitlines()) > most
    }
    assert long == ONE_TEXT


def test_functions_fit_on_a_screen() -> None:
    """Without the parameters of a command, which are its options."""
    long = [
        f"{dotted(file)}:{node.lineno} {node.name}"
        for file in sources("verifier", "models", "properties")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.end_lineno is not None
        if node.end_lineno - (node.body[0].lineno if node.name == "command" else node.lineno) >= 50
    ]
    assert not long


def test_decisions_that_hold_are_named_in_the_code_that_they_explain() -> None:
    texts = [file.read_text() for file in sources("verifier", "nestproof")]
    named = {name for text in texts for name in DECISION.findall(text)}
    records = {file.name: file.read_text() for file in (ROOT / "docs" / "decisions").glob("*.md")}
    assert named <= records.keys()
    assert {name for name, text in records.items() if "\nReplaced by [" not in text} <= named


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(bundled_root())


def test_every_model_function_cites_its_source(catalogue: Catalogue) -> None:
    missing = [
        function.name
        for functions in catalogue.functions.values()
        for function in functions
        if function.kind == "function" and function.citation is None
    ]
    assert not missing


def test_every_claim_has_a_case_that_must_occur(catalogue: Catalogue) -> None:
    cases = {f.group for f in catalogue.properties if f.is_case}
    claims = {f.group for f in catalogue.properties if f.claims}
    assert claims <= cases


def test_every_pair_has_a_recorded_verdict(catalogue: Catalogue) -> None:
    assert not [str(pair) for pair in catalogue.pairs() if pair not in catalogue.expected]


def test_every_finding_names_pairs_that_are_violated_and_no_other_finding_does(
    catalogue: Catalogue,
) -> None:
    violated = {str(pair) for pair, verdict in catalogue.expected.items() if verdict == "violated"}
    named = {page.name: pairs_of(page) for page in (ROOT / FOLDER).glob("*.md")}
    assert all(named.values())
    everything = [pair for pairs in named.values() for pair in pairs]
    assert set(everything) <= violated
    assert len(everything) == len(set(everything))


def test_every_step_says_in_a_sentence_what_it_does(catalogue: Catalogue) -> None:
    silent = [
        f"{system.name}: {step.name}"
        for system in catalogue.systems.values()
        for step in system.actions
        if not step.function.doc
    ]
    assert not silent
