"""One instruction on a CPU in any state: as a circuit over many cases at once, and concretely."""

from collections.abc import Iterable, Mapping
from functools import cache
from random import Random
from typing import Any

from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason
from nestproof.models.x86.vmx import VmxCpu, vm_entry, vm_exit
from nestproof.models.x86.vmx_instructions import execute, read_cr0
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.language import System, ghost, observer, record, step
from verifier.language.encoding import encoding
from verifier.language.stores import Store
from verifier.language.system import Step

BITS = ("pe", "mp", "em", "ts", "et", "ne", "wp", "am", "nw", "cd", "pg")


@ghost
class Promise:
    """The same CPU as a contract."""

    cpu: VmxCpu = VmxCpu()
    outcome: Outcome = Outcome.DONE


@record
class Trial:
    """A CPU, what its last instruction came to, and what a read of CR0 gave before it."""

    cpu: VmxCpu = VmxCpu()
    outcome: Outcome = Outcome.DONE
    read: Cr0 = Cr0()
    promise: Promise = Promise()


@step
def run(
    trial: Trial,
    instruction: Instruction,
    pe: bool,
    mp: bool,
    em: bool,
    ts: bool,
    et: bool,
    ne: bool,
    wp: bool,
    am: bool,
    nw: bool,
    cd: bool,
    pg: bool,
    location: Location,
) -> None:
    operand = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=et, ne=ne, wp=wp, am=am, nw=nw, cd=cd, pg=pg)
    trial.read = read_cr0(trial.cpu)
    trial.outcome = execute(trial.cpu, instruction, operand, location)
    keep_promise(trial.promise, instruction, operand, location)


@observer("the contract executes what the CPU executes")
def keep_promise(
    promise: Promise, instruction: Instruction, operand: Cr0, location: Location
) -> None:
    promise.outcome = execute(promise.cpu, instruction, operand, location)


@step
def enter(trial: Trial) -> None:
    trial.outcome = vm_entry(trial.cpu)


@step
def leave(trial: Trial) -> None:
    trial.outcome = vm_exit(trial.cpu, ExitReason.EPT_VIOLATION)


TRIAL = System("x86/trial", Trial(), (run, enter, leave), arbitrary=("cpu.*", "promise.cpu.*"))


@cache
def compiled() -> TransitionSystem:
    """The trial's circuit; only the CPU's own fields start from any value."""
    return compile_system(TRIAL, [])


def after(words: Mapping[str, int], cases: int) -> dict[str, int]:
    """The next value of every latch, one bit per case; latches and inputs not given are 0."""
    circuit = compiled().circuit
    named = {bit.name: bit.literal for bit in circuit.inputs}
    named |= {latch.name: latch.literal for latch in circuit.latches}
    values = {named[name]: word for name, word in words.items() if name in named}
    roots = [latch.next for latch in circuit.latches]
    words_after = circuit.graph.evaluate(roots, values, (1 << cases) - 1)
    return {latch.name: word for latch, word in zip(circuit.latches, words_after, strict=True)}


def packed(cases: Iterable[Mapping[str, bool]]) -> dict[str, int]:
    """Many assignments of bits as one word per name."""
    words: dict[str, int] = {}
    for place, case in enumerate(cases):
        for name, bit in case.items():
            words[name] = words.get(name, 0) | bit << place
    return words


def bits_of(path: str, value: Any) -> dict[str, bool]:
    """The latches of one leaf."""
    if isinstance(value, bool):
        return {path: value}
    of: Any = type(value)
    code = encoding(of).constant(value)
    return {f"{path}#{i}": bool(bit) for i, bit in enumerate(code)}


def decoded(words: Mapping[str, int], path: str, type: Any, place: int) -> Any:
    """A leaf's value in one case."""
    if type is bool:
        return bool(words[path] >> place & 1)
    code = encoding(type)
    return code.decode([bool(words[f"{path}#{i}"] >> place & 1) for i in range(code.width)])


def random_value(random: Random, type: Any) -> Any:
    return random.random() < 0.5 if type is bool else random.choice(list(type))


def concretely(step: Step, values: list[Any], choices: Mapping[str, Any]) -> list[Any]:
    """The leaves after a step on plain values."""
    store = Store(TRIAL.layout.leaves, list(values))
    step.function.body(TRIAL.state(store), **choices)
    return store.values
