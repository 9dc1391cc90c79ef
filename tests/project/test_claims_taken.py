"""Claims that a module of properties/ does not take from another one are refused."""

from pathlib import Path

import pytest

from tests.project.loading import CLAIM
from verifier.language import ModelError
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

ISOLATION = "from nestproof.properties.isolation import *\n"
FPU = "an_fpu_access_touches_only_the_context_s_own_registers"


def with_claims(project: Path, text: str, name: str = "p") -> Catalogue:
    (project / "properties" / f"{name}.py").write_text(text)
    return load(project)


@pytest.mark.parametrize(
    "text",
    [
        "from nestproof.properties import isolation\n",
        "import nestproof.properties.isolation\n",
        "from nestproof.properties.isolation import an_fpu_access_completes\n",
    ],
)
def test_claims_of_another_catalogue_are_taken_or_refused(project: Path, text: str) -> None:
    with pytest.raises(ModelError, match=rf"`{FPU}` of `nestproof\.properties\.isolation` is not"):
        with_claims(project, text)


@pytest.mark.parametrize("text", [ISOLATION, f"from nestproof.properties.isolation import {FPU}\n"])
def test_claims_of_another_catalogue_are_taken_by_name(project: Path, text: str) -> None:
    assert FPU in {claim.name for claim in with_claims(project, text).properties}


def test_a_claim_in_a_private_module_is_taken_or_refused(project: Path) -> None:
    kit = CLAIM.replace("import always", "import always as rule").replace("@always", "@claim")
    (project / "properties" / "p.py").write_text("from properties._kit import Machine\n")
    text = kit.replace("@claim", "claim = rule\n\n\n@claim")
    (project / "properties" / "_kit.py").write_text(text)
    with pytest.raises(ModelError, match=r"`is_off` of `properties\._kit` is not checked"):
        load(project)
    assert len(with_claims(project, "from properties._kit import *\n").properties) == 1
