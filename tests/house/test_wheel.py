"""The wheel, built and installed: bundled modules have their one name there, too."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
USER = "from nestproof.models.x86.cpu import Cpu\n\nreveal_type(Cpu().cr0.ts)\nCpu().nothing\n"
OWN = '"""Of a user."""\n'


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel")
    subprocess.run([*build, "--directory", folder], cwd=ROOT, check=True, capture_output=True)
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with that wheel; other packages are looked up where this Python has them."""
    folder = tmp_path_factory.mktemp("environment")
    uv = [sys.executable, "-m", "uv", "--offline", "--quiet", "--no-cache"]
    subprocess.run([*uv, "venv", "--python", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    install = ("pip", "install", "--no-deps", "--python", str(python), str(wheel))
    subprocess.run([*uv, *install], check=True)
    [site] = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return python


@pytest.fixture
def project(python: Path, tmp_path: Path) -> Path:
    """A user's project with modules that are called as bundled ones are."""
    assert ran(python, tmp_path, "-m", "verifier", "new", "lazy").returncode == 0
    folder = tmp_path / "lazy"
    (folder / "models" / "x86").mkdir()
    (folder / "models" / "x86" / "cr0.py").write_text(OWN)
    assert (folder / "properties" / "isolation.py").is_file()
    return folder


def ran(python: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    names = {"PATH": os.defpath, "HOME": str(cwd), "NO_COLOR": "1"}
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=cwd, env=names, capture_output=True, text=True)


def test_the_wheel_has_two_packages_and_each_bundled_file_once(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"nestproof", "verifier"}
    for part in ("models", "properties"):
        files = {
            f"nestproof/{file.relative_to(ROOT).as_posix()}" for file in (ROOT / part).rglob("*.py")
        }
        assert files == {n for n in names if f"{part}/" in n and n.endswith(".py")} - {
            n for n in names if n.startswith("verifier/")
        }


def test_plain_python_imports_a_bundled_module_wherever_it_is_started(python: Path) -> None:
    text = "from nestproof.models.x86.cpu import Cpu; import nestproof; print(nestproof.__file__)"
    done = ran(python, Path("/"), "-c", text)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(python.parent.parent)


@pytest.mark.parametrize("name", ["models", "properties", "verifier.bundled"])
def test_plain_python_has_no_other_name_for_them(python: Path, name: str) -> None:
    done = ran(python, Path("/"), "-c", f"import {name}")
    assert "ModuleNotFoundError" in done.stderr


def test_commands_have_the_bundled_catalogue(python: Path, tmp_path: Path) -> None:
    done = ran(python, tmp_path, "-m", "verifier", "list")
    assert done.returncode == 0, done.stderr
    assert "\nkvm-nvmx/v3.14 " in done.stdout
    assert done.stderr.startswith("warning: no project here: using the bundled catalogue\n")


def test_a_project_beside_it_hides_nothing_of_it(python: Path, project: Path) -> None:
    (project / "properties" / "more.py").write_text(
        "from nestproof.models.x86.cpu import Cpu\nfrom nestproof.properties import isolation\n"
        "from nestproof.properties.isolation import *\n"
        "from properties.isolation import *\n"
        "assert Cpu().cr0.ts is False\n"
        "assert isolation.__name__ == 'nestproof.properties.isolation'\n"
    )
    done = ran(python, project, "-m", "verifier", "check", "lazy/fixed/isolation", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_project_with_the_old_names_is_refused_in_one_message(
    python: Path, project: Path
) -> None:
    (project / "models" / "more.py").write_text("from models.x86.cpu import Cpu\n")
    done = ran(python, project, "-m", "verifier", "list")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: `models.x86.cpu` comes with nestproof, as `nestproof.models.x86.cpu`",
        "  --> models/more.py:1",
        "  help: write `nestproof.models.x86.cpu`",
    ]


def test_a_type_checker_has_the_types_of_bundled_modules(python: Path, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    mypy = ("-m", "mypy", "--python-executable", str(python), "--cache-dir", os.devnull, "user.py")
    done = ran(Path(sys.executable), tmp_path, *mypy)
    assert 'Revealed type is "bool"' in done.stdout
    assert '"Cpu" has no attribute "nothing"' in done.stdout


def test_a_new_project_is_fine_for_a_type_checker_as_it_is(python: Path, project: Path) -> None:
    (project / "models" / "x86" / "cr0.py").unlink()
    mypy = ("-m", "mypy", "--python-executable", str(python), "--cache-dir", os.devnull)
    done = ran(Path(sys.executable), project, *mypy)
    assert done.returncode == 0, done.stdout
    assert done.stdout == "Success: no issues found in 3 source files\n"


def test_its_functions_run_in_plain_python(python: Path, project: Path) -> None:
    text = (
        "from models.lazy import *; m = Machine(); use_fpu(m, True); print(m.ts, m.access.latest)"
    )
    assert ran(python, project, "-c", text).stdout == "False False\n"


def test_pytest_has_its_pairs_as_tests(python: Path, project: Path) -> None:
    done = ran(python, project, "-m", "pytest", "-q", "-k", "fixed/isolation")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
