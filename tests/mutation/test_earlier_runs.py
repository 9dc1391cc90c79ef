"""What killed a mutant before is replayed on it first, and counts only if it kills it again."""

from pathlib import Path
from typing import NoReturn

import pytest

from tests.check.uncached import without_cache
from verifier.compiler.translation import compile_system
from verifier.evidence.bundle import Run
from verifier.evidence.verdicts import Limits
from verifier.language import ModelError
from verifier.mutation import campaign
from verifier.mutation.campaign import Campaign, Guarded, trials
from verifier.mutation.earlier_runs import earlier_runs, save_runs
from verifier.mutation.functions_run import lines_run
from verifier.mutation.operators import sites
from verifier.mutation.run import guarded_system
from verifier.project.loading import load
from verifier.project.result_cache import Cache

MODEL = """from verifier.language import System, record, step

@record
class Lock:
    taken: bool = False
    inside: bool = False
    both: bool = False

@step
def enter(lock: Lock) -> None:
    if not lock.taken:
        lock.both = lock.inside
        lock.inside = True
        lock.taken = True

@step
def leave(lock: Lock) -> None:
    if lock.inside:
        lock.inside = False
        lock.taken = False

SYSTEM = System("lock/one", Lock(), (enter, leave))
"""
CLAIM = """from models.lock import Lock
from verifier.language import always

@always("exclusion")
def nobody_else_is_inside(lock: Lock) -> bool:
    return not lock.both
"""
EXTENDED = """"Steps of the bundled catalogue, and one of its own."
from dataclasses import replace

from nestproof.models.systems.native_classic import CLASSIC, Machine
from verifier.language import step

@step
def wake(machine: Machine) -> None:
    machine.kernel_owns = machine.kernel_owns and not machine.cpu.cr0.ts

SYSTEM = replace(CLASSIC, name="mine/classic", steps=(*CLASSIC.steps, wake))
"""


@pytest.fixture
def guards(tmp_path: Path) -> Guarded:
    for part, name, text in (("models", "lock", MODEL), ("properties", "safe", CLAIM)):
        (tmp_path / part).mkdir()
        (tmp_path / part / f"{name}.py").write_text(text)
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    return guarded_system(without_cache(load(tmp_path), Limits(seconds=60.0)), "lock/one")


def fates(guards: Guarded, asked: Campaign) -> dict[str, str]:
    return {trial.mutant.name: trial.status for trial in trials(guards, 1, asked=asked)}


def unsearched(patch: pytest.MonkeyPatch) -> None:
    """Let nothing but replaying decide."""

    def refused(*_: object) -> NoReturn:
        raise ModelError("searched")

    patch.setattr(campaign, "explored_again", refused)
    patch.setattr(campaign, "_likely", lambda *_: [])


def test_a_second_run_searches_for_no_mutant_that_was_killed(
    guards: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "cache", Limits())
    assert earlier_runs(cache, guards) == {}
    first = list(trials(guards, 1))
    save_runs(cache, guards, first)
    killed = {trial.mutant.name for trial in first if trial.status == "killed"}
    assert len(killed) == 3
    unsearched(monkeypatch)
    known = earlier_runs(cache, guards)
    again = fates(guards, Campaign(earlier=known))
    assert {name for name, status in again.items() if status == "killed"} == killed
    assert not {*fates(guards, Campaign()).values()} & {"killed"}


def test_an_interrupted_run_s_executions_are_stored_beside_earlier_ones(
    guards: Guarded, tmp_path: Path
) -> None:
    cache = Cache(tmp_path / "cache", Limits())
    killed = [trial for trial in trials(guards, 1) if trial.run is not None]
    save_runs(cache, guards, killed[:2])
    save_runs(cache, guards, killed[2:])
    assert {*earlier_runs(cache, guards)} == {trial.mutant.name for trial in killed}


def test_an_execution_that_kills_nothing_decides_nothing(guards: Guarded) -> None:
    plain = fates(guards, Campaign())
    harmless = Run({}, (("leave", {}),))
    assert fates(guards, Campaign(earlier=dict.fromkeys(plain, harmless))) == plain


def test_mutants_are_made_in_files_of_the_project_or_by_name(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "properties").mkdir()
    (tmp_path / "models" / "mine.py").write_text(EXTENDED)
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    guards = guarded_system(without_cache(load(tmp_path), Limits(seconds=60.0)), "mine/classic")
    ran = lines_run(lambda: compile_system(guards.compiled.system, ()))
    own = {site.function.name for site in sites(ran, under=str(tmp_path))}
    assert own == {"wake"}
    assert {site.function.name for site in sites(ran, ["fnsave"])} == {"fnsave"}
    assert {"wake", "fnsave", "execute"} <= {site.function.name for site in sites(ran)}
