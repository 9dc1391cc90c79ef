"""Every module has one name: bundled ones are in `nestproof`, a project's own are not."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.checkout import expose
from tests.project.conftest import MODEL, PROPERTY
from verifier.language.errors import ModelError, within_project
from verifier.language.packages import LINKS, PARTS, bundled_root, package_at, part_of
from verifier.project.catalogue import Catalogue
from verifier.project.import_graph import touches
from verifier.project.importing import opened
from verifier.project.loading import load

CHECKOUT = Path(__file__).parent.parent.parent
BUNDLED_PROPERTY = PROPERTY.replace("models", "nestproof.models")
ORDINARY = "from nestproof.models.x86.cr0 import Cr0\nfrom nestproof.models.x86.cpu import Cpu\n"


@pytest.fixture(autouse=True)
def _bundled_again() -> Iterator[None]:
    """What other tests import of the models is what the bundled catalogue has."""
    yield
    opened([bundled_root()])


def modules(catalogue: Catalogue) -> set[str]:
    assert catalogue.imports is not None
    return {*catalogue.imports.sources}


def of_models(module: ModuleType) -> bool:
    return part_of(getattr(module, "__name__", "")) == "models" and hasattr(module, "__file__")


def test_all_of_the_bundled_catalogue_is_in_nestproof() -> None:
    catalogue = load(bundled_root())
    packages = {".".join(name.split(".")[:2]) for name in modules(catalogue)}
    assert packages == {"nestproof.models", "nestproof.properties"}
    claims = {claim.body.__module__ for claim in catalogue.properties}
    assert "nestproof.properties.isolation" in claims


def test_a_checkout_has_links_to_what_the_package_exposes() -> None:
    assert bundled_root() == CHECKOUT
    for link, part in zip(LINKS, PARTS, strict=True):
        assert (CHECKOUT / link).is_symlink()
        assert (CHECKOUT / link).resolve() == (CHECKOUT / part).resolve()


def test_no_file_is_imported_by_two_names(root: Path) -> None:
    (root / "models" / "lamp.py").write_text(f"{ORDINARY}{MODEL}")
    load(root)
    files = Counter(
        Path(file).resolve()
        for name, module in sys.modules.items()
        if name.startswith(("models.", "properties.", "nestproof."))
        and (file := getattr(module, "__file__", None))
    )
    assert len(files) > 3
    assert {*files.values()} == {1}


def test_a_project_s_modules_are_in_models_and_properties(root: Path) -> None:
    assert modules(load(root)) == {"models.lamp", "properties.whole"}


def test_a_property_of_a_project_hides_no_bundled_one_of_its_name(root: Path) -> None:
    (root / "properties" / "isolation.py").write_text(PROPERTY.replace("nothing_breaks", "mine"))
    (root / "properties" / "more.py").write_text(
        "from properties.isolation import mine\nfrom nestproof.properties.isolation import *\n"
    )
    names = {claim.name: claim.body.__module__ for claim in load(root).properties}
    assert names["mine"] == "properties.isolation"
    bundled = "an_fpu_access_touches_only_the_context_s_own_registers"
    assert names[bundled] == "nestproof.properties.isolation"


@pytest.mark.parametrize("file", ["x86/cr0.py", "x86/__init__.py", "x86.py"])
def test_a_model_of_a_project_hides_no_bundled_one_of_its_name(root: Path, file: str) -> None:
    own = root / "models" / file
    own.parent.mkdir(exist_ok=True)
    own.write_text('"""Own."""\n')
    (root / "models" / "lamp.py").write_text(f"{ORDINARY}{MODEL}")
    load(root)
    names = sys.modules["models.lamp"].__dict__
    assert names["Cpu"]().cr0.ts is names["Cr0"]().ts is False
    assert names["Cr0"].__module__ == "nestproof.models.x86.cr0"
    files = {Path(module.__file__ or "") for module in sys.modules.values() if of_models(module)}
    assert {own, bundled_root() / "models" / "x86" / "__init__.py"} <= files


def test_a_folder_of_a_project_adds_nothing_to_a_bundled_package(root: Path) -> None:
    (root / "models" / "x86").mkdir()
    (root / "models" / "x86" / "own.py").write_text("OWN = True\n")
    (root / "models" / "lamp.py").write_text(f"from nestproof.models.x86 import own\n{MODEL}")
    with pytest.raises(ModelError, match=r"cannot import name 'own' from 'nestproof\.models\.x86'"):
        load(root)


OLD = {
    "from models.x86.cr0 import Cr0": "models.x86",
    "from models.x86 import cr0": "models.x86",
    "from models import x86": "models.x86",
    "import models.kvm.vmx": "models.kvm",
    "import models.kvm.vmx as vmx": "models.kvm",
    "from properties.isolation import *": "properties.isolation",
    "from properties import isolation": "properties.isolation",
    "try:\n    import models.x86\nexcept ImportError:\n    pass": "models.x86",
    "import importlib\nimportlib.import_module('models.x86')": "models.x86",
}


@pytest.mark.parametrize(
    ("inside", "text"), [(inside, text) for inside in (False, True) for text in OLD]
)
def test_the_old_name_of_a_bundled_module_is_refused_with_the_new_one(
    root: Path, inside: bool, text: str
) -> None:
    """In a project, and in the bundled catalogue itself."""
    if inside:
        expose(root)
        for name in ("models/x86/cr0.py", "models/kvm/vmx.py", "properties/isolation.py"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text('"""As in nestproof."""\n')
        (root / "properties" / "whole.py").write_text(BUNDLED_PROPERTY)
    file = root / "models" / "lamp.py"
    file.write_text(f"X = 1\n{text}\n{MODEL}")
    old = OLD[text]
    line = 3 if text.startswith(("try", "import importlib")) else 2
    said = f"`{old}` comes with nestproof, as `nestproof.{old}`"
    with pytest.raises(ModelError) as refused:
        load(root)
    assert refused.value.message == said
    assert refused.value.help == f"write `nestproof.{old}`"
    assert refused.value.place is not None
    assert refused.value.place.file == str(file)
    assert refused.value.place.line == line


def test_a_relative_import_of_a_bundled_module_is_refused_with_the_new_name(root: Path) -> None:
    (root / "models" / "lamp.py").write_text(f"from .x86 import cr0\n{MODEL}")
    with pytest.raises(ModelError, match=r"`models\.x86` comes with nestproof"):
        load(root)


def test_a_missing_module_of_a_package_that_a_project_shares_a_name_with_is_named(
    root: Path,
) -> None:
    (root / "models" / "x86").mkdir()
    (root / "models" / "x86" / "own.py").write_text("from models.x86.cr0 import Cr0\n")
    with pytest.raises(ModelError, match=r"`models\.x86\.cr0` comes with nestproof"):
        load(root)


def test_a_module_that_takes_from_itself_what_a_bundled_one_has_is_refused(root: Path) -> None:
    (root / "properties" / "isolation.py").write_text("from properties.isolation import *\n")
    with pytest.raises(ModelError) as refused:
        load(root)
    new = "nestproof.properties.isolation"
    assert refused.value.message == f"`properties.isolation` comes with nestproof, as `{new}`"
    assert refused.value.place is not None
    assert refused.value.place.line == 1


def test_an_unknown_module_is_not_attributed_to_nestproof(root: Path) -> None:
    (root / "models" / "lamp.py").write_text(f"import models.x87\n{MODEL}")
    with pytest.raises(ModelError, match=r"No module named 'models\.x87'"):
        load(root)


def test_circuits_of_a_project_that_uses_bundled_models_are_reused(root: Path) -> None:
    text = f"{ORDINARY}import nestproof.models.x86.vmcs\nfrom nestproof import models as m\n{MODEL}"
    (root / "models" / "lamp.py").write_text(text)
    catalogue = load(root)
    assert catalogue.imports is not None
    assert catalogue.imports.reasons() == ()


def test_something_else_in_nestproof_is_not_taken_for_a_model(root: Path) -> None:
    (root / "models" / "lamp.py").write_text(f"import nestproof.other\n{MODEL}")
    with pytest.raises(ModelError, match=r"No module named 'nestproof\.other'"):
        load(root)


def test_modules_that_plain_python_has_imported_are_imported_again(root: Path) -> None:
    text = (
        "import sys\nfrom pathlib import Path\nfrom nestproof.models.x86.cr0 import Cr0 as plain\n"
        "from verifier.project.loading import load\n"
        "load(Path(sys.argv[1]))\n"
        "found = sys.modules['nestproof.models.x86.cr0'].Cr0\n"
        "print(plain is not found, sys.modules['nestproof'].models.x86.cr0.Cr0 is found)"
    )
    (root / "models" / "lamp.py").write_text(f"{ORDINARY}{MODEL}")
    done = subprocess.run(
        [sys.executable, "-c", text, str(root)],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True True\n", done.stderr


def test_evidence_names_bundled_files_as_their_modules_are_called() -> None:
    system = load(bundled_root()).systems["native/lazy-v3.4"]
    place = system.actions[0].function.place
    assert within_project(place.file).startswith("nestproof/models/")
    assert (bundled_root() / within_project(place.file)).is_file()


def test_evidence_names_a_project_s_own_files_from_its_folder_on(root: Path) -> None:
    catalogue = load(root)
    assert within_project(catalogue.systems["lamp/one"].actions[0].function.place.file) == (
        "models/lamp.py"
    )
    assert package_at(root) == ""


def test_a_project_in_a_folder_called_nestproof_is_not_the_bundled_catalogue(
    root: Path, tmp_path: Path
) -> None:
    moved = root.rename(tmp_path / "nestproof")
    assert modules(load(moved)) == {"models.lamp", "properties.whole"}
    assert within_project(str(moved / "models" / "lamp.py")) == "models/lamp.py"


def test_another_checkout_s_modules_take_the_place_of_the_bundled_ones(root: Path) -> None:
    expose(root)
    (root / "properties" / "whole.py").write_text(BUNDLED_PROPERTY)
    catalogue = load(root)
    assert modules(catalogue) == {"nestproof.models.lamp", "nestproof.properties.whole"}
    assert [str(pair) for pair in catalogue.pairs()] == ["lamp/one/deadlock", "lamp/one/whole"]
    assert within_project(str(root / "models" / "lamp.py")) == "nestproof/models/lamp.py"
    assert touches(catalogue, ["models/lamp.py"])["lamp/one"][-1] == "nestproof/models/lamp.py"
