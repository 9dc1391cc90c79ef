"""The SDM's lazy switching: proved, and what each careless reading of it breaks."""

from dataclasses import replace
from typing import Any

import pytest

from nestproof.models.ownership.access import fpu_access
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import native_classic as classic
from nestproof.models.systems.native_classic import CLASSIC, Machine, Name, fpu_instruction, switch
from nestproof.models.systems.native_classic_threads import classic as classic_among
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Instruction, clts, execute
from nestproof.models.x86.outcome import Outcome
from nestproof.properties import integrity, isolation
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved, Violated
from verifier.language import System, abstracts, assume, snapshot, step
from verifier.language.functions import about

PROPERTIES = [
    function
    for module in (isolation, integrity)
    for function in map(about, vars(module).values())
    if function is not None and function.claims
]


def decided(*steps: Any, system: System = CLASSIC) -> dict[str, Any]:
    compiled = compile_system(replace(system, steps=steps or system.steps), PROPERTIES)
    goals = [goal for goal in compiled.circuit.bad if not goal.startswith("fires:")]
    return pdr(compiled.circuit, goals, Limits(seconds=20))


def test_it_is_sound() -> None:
    verdicts = decided(fpu_instruction, switch)
    assert all(isinstance(verdict, Proved) for verdict in verdicts.values())


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_it_is_sound_among_any_number_of_threads(threads: int) -> None:
    verdicts = decided(system=classic_among(list(Context)[-threads:]))
    assert all(isinstance(verdict, Proved) for verdict in verdicts.values())


def test_the_last_of_sixteen_threads_gets_its_own_registers_back() -> None:
    system = classic_among(list(Context))
    machine = snapshot(system.initial)
    use, among = system.steps
    first, *_, last = [name for name, _ in machine.threads.items()]
    for name in (last, first, last):
        among(machine, name)
        use(machine, name == last)
        use(machine, name == last)
    assert machine.access.found.owner == machine.access.context
    assert machine.access.found.value


def test_the_first_instruction_after_a_switch_swaps_the_registers() -> None:
    machine = Machine()
    fpu_instruction(machine, True)
    fpu_instruction(machine, True)
    assert machine.owner == Name.A
    assert not machine.kernel_owns
    switch(machine, Name.B)
    assert machine.cpu.cr0.ts
    assert machine.cpu.registers.value
    fpu_instruction(machine, False)
    assert machine.owner == Name.B
    assert machine.threads[Name.A].save_area.value


def test_a_thread_that_returns_to_its_registers_only_clears_ts() -> None:
    machine = Machine()
    for _ in range(2):
        fpu_instruction(machine, True)
    switch(machine, Name.B)
    switch(machine, Name.A)
    fpu_instruction(machine, True)
    assert not machine.cpu.cr0.ts
    assert machine.cpu.registers.value


@step
def switch_without_ts(m: Machine, to: Name) -> None:
    assume(to != m.current)
    m.current = to


def test_a_switch_that_does_not_set_ts_shows_a_thread_the_registers_of_another() -> None:
    verdicts = decided(fpu_instruction, switch_without_ts)
    assert isinstance(verdicts["isolation"], Violated)


@abstracts("mutant")
def handler_without_save(m: Machine) -> None:
    clts(m.cpu)
    if m.kernel_owns or m.owner != m.current:
        classic.frstor(m, m.threads[m.current])
        m.owner = m.current
        m.kernel_owns = False


@step
def instruction_without_save(m: Machine, value: bool) -> None:
    if execute(m.cpu, Instruction.X87, Cr0()) == Outcome.NM:
        handler_without_save(m)
    else:
        fpu_access(m.access, m.latest, m.cpu.registers, m.threads[m.current].context, value)


def test_a_handler_that_does_not_save_loses_registers() -> None:
    verdicts = decided(instruction_without_save, switch)
    assert isinstance(verdicts["integrity"], Violated)
    assert isinstance(verdicts["isolation"], Proved)


@abstracts("mutant: the manual's figure taken literally, where CLTS is the handler's last act")
def handler_with_clts_last(m: Machine) -> None:
    if m.kernel_owns or m.owner != m.current:
        if not m.kernel_owns:
            classic.fnsave(m, m.threads[m.owner])
        classic.frstor(m, m.threads[m.current])
        m.owner = m.current
        m.kernel_owns = False
    clts(m.cpu)


@step
def instruction_with_clts_last(m: Machine, value: bool) -> None:
    if execute(m.cpu, Instruction.X87, Cr0()) == Outcome.NM:
        handler_with_clts_last(m)
    else:
        fpu_access(m.access, m.latest, m.cpu.registers, m.threads[m.current].context, value)


def test_ts_must_be_cleared_before_the_handler_saves() -> None:
    verdicts = decided(instruction_with_clts_last, switch)
    assert any(isinstance(verdict, Violated) for verdict in verdicts.values())
    assert isinstance(verdicts["isolation"], Proved)
