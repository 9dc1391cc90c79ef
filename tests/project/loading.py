"""Small projects whose modules do things while they are loaded."""

from pathlib import Path

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import ModelError
from verifier.language.system import System
from verifier.project.loading import load

MODEL = """from abc import ABC
from enum import Enum
from functools import wraps
from typing import TypeVar, overload
from verifier.language import Family, System, record, step


class Id(Enum):
    A = 0
    B = 1


@record
class Cpu:
    lazy: bool = True
    owner: Id = Id.B
    {field}


@record
class Machine:
    cpus: Family[Id, Cpu] = Family()
    cpu: Cpu = Cpu()
    on: bool = {on}


{before}


@step
def run(machine: Machine, on: bool) -> None:
    machine.on = on
    {body}


SYSTEM = System("m/one", {start}, ({step},))
"""
ORDINARY = {
    "field": "",
    "on": "False",
    "before": "",
    "body": "",
    "start": "Machine()",
    "step": "run",
}
CLAIM = """from models.m import Machine
from verifier.language import always


@always("off")
def is_off(machine: Machine) -> bool:
    return not machine.on
"""


def loaded(project: Path, **parts: str) -> System:
    (project / "models" / "m.py").write_text(MODEL.format(**ORDINARY | parts))
    system = load(project).systems["m/one"]
    compile_compared(system, ())
    return system


def refused(project: Path, **parts: str) -> str:
    with pytest.raises(ModelError) as found:
        loaded(project, **parts)
    assert found.value.place is not None
    assert found.value.help
    return found.value.message
