"""The circuit does what plain Python does, and every step is tried: the largest of each family.

Every circuit of the catalogue is compared when it is made, which `make verify` does.
"""

import pytest

from verifier.compiler.cases import Cases
from verifier.compiler.coverpoints import TAKEN, Coverpoints
from verifier.compiler.outcomes import ByCircuit
from verifier.compiler.self_check import differences, watching
from verifier.compiler.translation import translated
from verifier.language.packages import bundled_root
from verifier.project.loading import load

CATALOGUE = load(bundled_root())
SYSTEMS = (
    *("native/classic", "native/lazy-v3.4", "kvm-vmx/v3.12-irq", "kvm-nvmx/v3.14"),
    *("kvm-nvmx/v4.20+late-refusal", "stack/kvm-kvm-linux"),
)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", SYSTEMS)
def test_the_concrete_run_equals_the_circuit(name: str) -> None:
    system = CATALOGUE.systems[name]
    translation = translated(system, CATALOGUE.properties_of(system))
    coverpoints = Coverpoints(translation)
    search = Cases(coverpoints, translation.compiled.circuit)
    found = search.found()
    assert found
    assert watching(translation) is None
    assert not list(differences(ByCircuit(translation), found, None, search.standing()))
    steps = [each for each in coverpoints.all if each.times == TAKEN]
    assert len(steps) == len(system.actions)
    assert not {each.what for each in steps} & {each.what for each in search.unreachable}
