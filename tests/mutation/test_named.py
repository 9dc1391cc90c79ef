"""A mutant is found by its name, wherever its line is; a name without a mutant is refused."""

import pytest

from verifier.language.errors import ModelError
from verifier.language.packages import bundled_root
from verifier.mutation.named import mutant_named
from verifier.project.loading import load

X86 = "nestproof/models/kvm/x86.py kvm_arch_vcpu_put"


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    load(bundled_root())


def test_a_name_finds_the_one_mutant_that_mutate_calls_so() -> None:
    name = "nestproof/models/kvm/exits.py handle_clts: drop `vcpu.cr0.ts = False`"
    found = mutant_named(name)
    assert (found.mutant.name, found.function.name) == (name, "handle_clts")
    before = found.function.code
    with found.in_place():
        assert {each.__code__ for each in found.function.functions} == {found.code}
    assert {each.__code__ for each in found.function.functions} == {before}


def test_of_several_that_are_called_the_same_each_has_its_number() -> None:
    name = f"{X86}: drop `kvm_put_guest_fpu(kvm)`"
    first, second = (mutant_named(f"{name} #{number}") for number in (1, 2))
    assert first.mutant.line < second.mutant.line
    assert first.code != second.code
    with pytest.raises(ModelError) as refused:
        mutant_named(name)
    assert refused.value.message == f"`{name}` names 2 mutants"
    assert refused.value.help == f"name one, such as `{name} #1`"


@pytest.mark.parametrize(
    ("name", "message", "help"),
    [
        ("a function", "names no mutant", "write it as"),
        (f"{X86}: {40 * 'x'}", "does not exist", "such as `"),
        (
            f"{X86}: drop `kvm_put_guest_fpu(vm)` #2",
            "does not exist",
            f"did you mean `{X86}: drop `kvm_put_guest_fpu(kvm)` #2`?",
        ),
        (f"{X86}s: drop `x`", "is of a function that there is not", f"did you mean `{X86}`?"),
    ],
)
def test_a_name_without_a_mutant_is_refused(name: str, message: str, help: str) -> None:
    with pytest.raises(ModelError) as refused:
        mutant_named(name)
    assert message in refused.value.message
    assert refused.value.help.startswith(help)
