"""No instruction is exempt, and no exit ignored, because somebody has forgotten it."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from enum import Enum

import pytest

from nestproof.models.kvm.exits import handle
from nestproof.models.kvm.run import touches_lazy_state
from nestproof.models.x86 import instructions, svm, vmx_instructions
from nestproof.models.x86.fpu import FpuClass
from nestproof.models.x86.instructions import Instruction, fpu_class
from nestproof.models.x86.vmcs import ExitReason


def named_in_cases(function: Callable[..., object]) -> set[str]:
    """The members that the cases of a function name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    patterns = [node for node in ast.walk(tree) if isinstance(node, ast.MatchValue)]
    return {p.value.attr for p in patterns if isinstance(p.value, ast.Attribute)}


@pytest.mark.parametrize("execute", [instructions.execute, vmx_instructions.execute, svm.execute])
def test_what_is_of_no_fpu_class_has_an_effect_of_its_own(execute: Callable[..., object]) -> None:
    exempt = {each.name for each in Instruction if fpu_class(each) is FpuClass.EXEMPT}
    assert named_in_cases(execute) == exempt - {Instruction.EXEMPT.name}


@pytest.mark.parametrize(
    ("function", "members"),
    [(fpu_class, Instruction), (touches_lazy_state, Instruction), (handle, ExitReason)],
)
def test_what_depends_on_an_instruction_or_exit_names_every_one(
    function: Callable[..., object], members: type[Enum]
) -> None:
    assert named_in_cases(function) == {each.name for each in members}
