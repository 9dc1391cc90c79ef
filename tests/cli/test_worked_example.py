"""What ARCHITECTURE.md says of one line of a model, from its gates to what the viewer shows."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Runner
from tests.evidence.lazy_project import compiled
from verifier.check.check import decide
from verifier.engines.pdr import pdr
from verifier.evidence.certificates import Certificate, sentence_of
from verifier.evidence.verdicts import Limits
from verifier.execution.machine import Machine

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "ARCHITECTURE.md").read_text()
LINE = "        machine.ts = machine.sets_ts"
LEMMA = "current == B or saved[A].uses_fpu or ts"
SHOWN = "ts is 0   switch_to, models/lazy.py:116"


@pytest.mark.parametrize("quoted", [LINE, LEMMA, SHOWN, "12 latches and 3 inputs", "nine lemmas"])
def test_the_text_has_what_is_checked_here(quoted: str) -> None:
    assert quoted in TEXT


def test_the_line_is_the_one_that_is_shown() -> None:
    model = (ROOT / "verifier" / "template" / "models" / "lazy.py").read_text()
    assert model.splitlines().count(LINE) == 1


def test_the_next_value_of_ts_is_what_the_line_gives() -> None:
    circuit = compiled("lazy/fixed").circuit
    names = [*(latch.name for latch in circuit.latches), *(bit.name for bit in circuit.inputs)]
    assert (len(circuit.latches), len(circuit.inputs)) == (12, 3)
    literals = [*(x.literal for x in circuit.latches), *(x.literal for x in circuit.inputs)]
    [ts] = [latch.next for latch in circuit.latches if latch.name == "ts"]
    deciding = (
        "step:0",
        "step:1",
        "choice:0",
        "ts",
        "current#0",
        "saved[A].uses_fpu",
        "saved[B].uses_fpu",
    )
    for bits in product((0, 1), repeat=len(deciding)):
        low, high, next_task, is_set, current, a_used, b_used = bits
        given = dict(zip(deciding, bits, strict=True))
        values = {x: given.get(name, 0) for name, x in zip(names, literals, strict=True)}
        used = next_task != current and (b_used if current else a_used)
        meant = {1: 0, 2: int(is_set or used)}.get(low + 2 * high, is_set)
        assert circuit.graph.evaluate([ts], values) == [meant], given


def test_the_lemma_is_one_of_nine_and_is_not_preserved_without_the_line(nestproof: Runner) -> None:
    shown = nestproof("show", "lazy/fixed/isolation", "--plain").out
    assert f"     8  {LEMMA}\n" in shown
    assert "9 lemmas" in shown
    assert "    switch_to            3, 4, 5, 6, 7, 8, 9\n" in shown
    [result] = decide(compiled("lazy/fixed"), ["isolation"], pdr, Limits(), minimal=True)
    proof = result.evidence
    assert isinstance(proof, Certificate)
    assert LEMMA in {sentence_of(compiled("lazy/fixed"), lemma) for lemma in proof.lemmas}


@pytest.mark.parametrize(("name", "holds"), [("lazy/fixed", True), ("lazy/broken", False)])
def test_the_lemma_is_preserved_where_the_line_sets_ts(name: str, holds: bool) -> None:
    """From a state that `lazy/fixed` reaches, in which all its lemmas hold."""
    machine = Machine(compiled(name).system)
    use_fpu, switch_to = compiled(name).system.actions
    other, first = switch_to.choices[0].values[::-1]
    for move in ((switch_to, other), (use_fpu, False), (switch_to, first)):
        step, value = move
        assert machine.move((step, {step.choices[0].name: value})) is not None
    state: Any = machine.state
    task = state.current
    assert task == first
    assert (state.saved[task].uses_fpu or state.ts) is holds


def test_the_line_is_named_under_why(nestproof: Runner) -> None:
    shown = nestproof("show", "lazy/broken/isolation", "--plain").out
    assert "violated after 3 steps" in shown
    assert "depends on ts=0 (step 2), registers.owner=A (step 1)\n" in shown
    assert f"    {SHOWN}\n" in shown
