"""Proofs as witness circuits, checked by a script that shares neither code nor solver with us."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import verifier
from tests.cli.conftest import Runner, example, nestproof
from tests.evidence.forged import FORGED, NONE, Forged, ring
from tests.evidence.lazy_project import certificate, compiled
from tests.formats import check_witness
from tests.formats.check_witness import Aiger, failing
from verifier.evidence.certificates import clauses_from
from verifier.evidence.verdicts import Clause
from verifier.formats.aiger import write_aiger, write_witness

__all__ = ["example", "nestproof"]

SCRIPT = Path(check_witness.__file__)
CHECKS = {"initial": "base", "inductive": "step", "implies": "property"}
PLAIN = [each for each in FORGED if each.induction == NONE]


def model(name: str = "lazy/fixed") -> bytes:
    return write_aiger(compiled(name).circuit, ["isolation"])


def clauses() -> list[Clause]:
    return clauses_from(compiled("lazy/fixed"), certificate().lemmas)


def witness(given: list[Clause] | None = None) -> bytes:
    found = clauses() if given is None else given
    return write_witness(compiled("lazy/fixed").circuit, "isolation", found)


def wrong(model: bytes, witness: bytes, solver: str = "lingeling") -> str:
    """The first check that fails; empty where the witness is a proof."""
    return (failing(Aiger(model), Aiger(witness), solver) or "").partition(":")[0]


def test_the_script_shares_no_code_with_us_and_a_solver_that_we_do_not_use() -> None:
    tree = ast.parse(SCRIPT.read_text())
    imports = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imports == {"sys", "collections.abc", "pysat.solvers"}
    ours = [file.read_text().lower() for file in Path(verifier.__file__).parent.rglob("*.py")]
    assert any("cadical" in text for text in ours)
    assert not any("ingeling" in text for text in ours)


@pytest.mark.parametrize("solver", ["lingeling", "gluecard4"])
def test_a_proof_is_one_for_other_solvers_too(solver: str) -> None:
    assert wrong(model(), witness(), solver) == ""


@pytest.mark.parametrize("forged", PLAIN, ids=[each.name for each in PLAIN])
def test_each_condition_is_a_check_of_the_witness(forged: Forged) -> None:
    circuit = ring().circuit
    found = wrong(
        write_aiger(circuit, [forged.property]),
        write_witness(circuit, forged.property, forged.clauses()),
    )
    assert found == CHECKS.get(forged.wrong, "")


def test_without_any_of_its_clauses_a_small_proof_is_none() -> None:
    whole = clauses()
    for place in range(len(whole)):
        assert wrong(model(), witness([*whole[:place], *whole[place + 1 :]])) in CHECKS.values()


def test_with_any_literal_the_other_way_a_small_proof_is_none() -> None:
    whole = clauses()
    for place, clause in enumerate(whole):
        (name, value), *rest = clause
        flipped = [*whole[:place], ((name, not value), *rest), *whole[place + 1 :]]
        assert wrong(model(), witness(flipped)) in CHECKS.values()


def test_a_witness_is_about_the_model_that_it_names() -> None:
    assert wrong(model("lazy/broken"), witness()) != ""
    assert wrong(model(), model()) == "mapping"


def test_a_witness_that_starts_or_steps_otherwise_is_none() -> None:
    good, lines = witness(), witness().split(b"\n")
    _, inputs, latches = map(int, lines[0].split()[1:4])
    reset = next(line for line in lines[1 : 1 + latches] if b" " not in line)
    started = good.replace(b"\n" + reset + b"\n", b"\n" + reset + b" 1\n", 1)
    assert wrong(model(), started) == "reset"
    odd = b"%d" % (int(reset) ^ 1)
    stepped = good.replace(b"\n" + reset + b"\n", b"\n" + odd + b"\n", 1)
    assert wrong(model(), stepped) == "transition"
    crossed = re.sub(rb"\nl0 = (\d+)\nl1 = (\d+)\n", rb"\nl0 = \2\nl1 = \1\n", good)
    assert crossed != good
    assert wrong(model(), crossed) != ""
    input_for_latch = good.replace(b"i0 = 2\n", b"i0 = %d\n" % (2 * inputs + 2), 1)
    assert wrong(model(), input_for_latch) == "mapping"


def test_a_reader_checks_a_proof_with_two_commands(nestproof: Runner, tmp_path: Path) -> None:
    system, proof = str(tmp_path / "system.aig"), str(tmp_path / "proof.aig")
    pair = "lazy/fixed/integrity"
    assert nestproof("export", pair, "--format", "aiger", "-o", system).code == 0
    ran = nestproof("export", pair, "--certificate", "-o", proof)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    checked = subprocess.run(
        [sys.executable, str(SCRIPT), system, proof], capture_output=True, text=True, cwd=tmp_path
    )
    assert (checked.returncode, checked.stdout) == (0, "proved\n")
    checked = subprocess.run(
        [sys.executable, str(SCRIPT), system, system], capture_output=True, text=True, cwd=tmp_path
    )
    assert checked.returncode == 1
    assert checked.stdout.startswith("not a proof: mapping: ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "usage: "),
        (["gone.aig", "gone.aig"], "error: gone.aig: No such file or directory\n"),
        ([str(SCRIPT), str(SCRIPT)], "it is not binary AIGER"),
    ],
)
def test_files_that_the_script_cannot_read_are_not_called_wrong_proofs(
    arguments: list[str], says: str, tmp_path: Path
) -> None:
    command = [sys.executable, str(SCRIPT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_proved_has_no_certificate(nestproof: Runner, tmp_path: Path) -> None:
    file = tmp_path / "x.aig"
    ran = nestproof("export", "lazy/broken/isolation", "--certificate", "-o", str(file))
    assert (ran.code, file.exists()) == (1, False)
    assert "`lazy/broken/isolation` is violated; only a proof has a certificate" in ran.err
    ran = nestproof("export", "lazy/fixed/isolation", "--certificate", "--format", "smt2")
    assert (ran.code, ran.out) == (2, "")
