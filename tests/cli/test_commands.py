"""Each command's whole output, in the example project."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import z3

from tests.cli.conftest import Ran, Runner
from tests.formats.aiger_reader import read_aiger
from verifier.engines.contract import ENGINES

Golden = Callable[[str, str], None]


def test_list_shows_systems_properties_and_expected_verdicts(
    nestproof: Runner, golden: Golden
) -> None:
    ran = nestproof("list")
    assert ran.code == 0
    golden("list", ran.out + ran.err)


def test_list_prints_one_json_document(nestproof: Runner) -> None:
    ran = nestproof("list", "--json", "lazy/*/isolation")
    document = json.loads(ran.out)
    assert (document["schema"], ran.err, ran.code) == (1, "", 0)
    broken, fixed = document["systems"]
    assert broken["pairs"] == [{"property": "isolation", "expected": "violated"}]
    assert (fixed["name"], fixed["summary"]) == (
        "lazy/fixed",
        "sets CR0.TS when it switches tasks",
    )
    assert fixed["steps"] == ["use_fpu", "switch_to"]
    assert fixed["fields"][:3] == ["ts", "registers.owner", "registers.value"]


def test_list_has_null_where_no_verdict_is_on_record(nestproof: Runner, project: Path) -> None:
    (project / "properties" / "verdicts.toml").write_text("")
    [system] = json.loads(nestproof("list", "--json", "lazy/fixed", cwd=project).out)["systems"]
    assert {pair["expected"] for pair in system["pairs"]} == {None}
    assert "- not recorded" in nestproof("list", cwd=project).out.splitlines()[-1]


def test_check_prints_a_line_for_each_pair_and_exits_0_when_all_is_as_expected(
    nestproof: Runner, golden: Golden
) -> None:
    ran = nestproof("check")
    assert ran.code == 0
    golden("check", ran.out + ran.err)


ENGINE_RUNS = (("pdr", 8, 0), ("kinduction", 16, 0), ("bmc", 8, 3), ("bmc-z3", 8, 3))
"""A depth for each engine, and how it ends."""


def test_every_engine_gives_a_verdict_that_fits(nestproof: Runner, golden: Golden) -> None:
    assert {engine for engine, _, _ in ENGINE_RUNS} == ENGINES.keys() - {"auto"}
    for engine, depth, code in ENGINE_RUNS:
        ran = nestproof("check", "--engine", engine, "--depth", str(depth))
        golden(f"check-{engine}", ran.out + ran.err)
        assert ran.code == code


def test_check_prints_one_json_document(nestproof: Runner) -> None:
    ran = nestproof("check", "--json")
    document = json.loads(ran.out)
    assert document["schema"] == 1
    assert [
        (r["pair"], r["verdict"], r["expected"], r["audited"]) for r in document["results"]
    ] == [
        ("lazy/broken/deadlock", "proved", "proved", True),
        ("lazy/broken/integrity", "violated", "violated", True),
        ("lazy/broken/isolation", "violated", "violated", True),
        ("lazy/fixed/deadlock", "proved", "proved", True),
        ("lazy/fixed/integrity", "proved", "proved", True),
        ("lazy/fixed/isolation", "proved", "proved", True),
    ]
    assert ran.err == ""


def verdicts(ran: Ran) -> dict[str, str]:
    return {row["pair"]: row["verdict"] for row in json.loads(ran.out)["results"]}


def test_circuits_are_stored_between_checks_unless_switched_off(
    nestproof: Runner, tmp_path: Path
) -> None:
    caches = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")}
    first = nestproof("check", "--json", "--no-cache", **caches)
    assert not list(tmp_path.iterdir())
    second = nestproof("check", "--json", **caches)
    assert verdicts(second) == verdicts(first)
    kept = list(tmp_path.glob("state/**/*.circuit"))
    assert len(kept) == 2
    for spoil in (b"", b"nonsense", kept[1].read_bytes()):
        kept[0].write_bytes(spoil)
        again = nestproof("check", **caches)
        assert again.code == 0
        assert "6 pairs: 4 proved, 2 violated; all as expected" in again.err
        assert kept[0].read_bytes() != spoil


def test_the_columns_of_a_check_are_as_wide_as_the_longest_pair(
    nestproof: Runner, project: Path
) -> None:
    model = project / "models" / "lazy.py"
    name = "lazy/fixed-with-a-name-that-is-long"
    model.write_text(
        model.read_text() + f'long = System("{name}", Machine(), (use_fpu, switch_to))\n'
    )
    ran = nestproof("check", "*/isolation", cwd=project)
    rows = [line for line in ran.out.splitlines() if ", audited" in line]
    columns = {
        min(row.index(engine) for engine in ("bmc,", "pdr,") if engine in row) for row in rows
    }
    assert len(rows) == 3
    assert len(columns) == 1


def test_one_pair_is_counted_as_one(nestproof: Runner) -> None:
    assert "1 pair: 1 proved" in nestproof("check", "lazy/fixed/isolation").err
    assert "1 system, 1 pair" in nestproof("list", "lazy/fixed/isolation").err


def test_an_unexpected_violation_exits_1(nestproof: Runner, project: Path) -> None:
    verdicts = project / "properties" / "verdicts.toml"
    verdicts.write_text(verdicts.read_text().replace("violated", "proved"))
    ran = nestproof("check", cwd=project)
    assert ran.code == 1
    assert "expected proved" in ran.out


def test_a_pair_without_expectation_is_expected_to_be_proved(
    nestproof: Runner, project: Path
) -> None:
    (project / "properties" / "verdicts.toml").unlink()
    assert nestproof("check", "lazy/fixed", cwd=project).code == 0
    assert nestproof("check", "lazy/broken", cwd=project).code == 1


def test_a_bounded_search_that_finds_nothing_is_inconclusive(nestproof: Runner) -> None:
    ran = nestproof("check", "lazy/fixed", "--engine", "bmc", "--depth", "3")
    assert ran.code == 3
    assert "unknown" in ran.out
    assert "every path of 3 steps is good; try --engine pdr --timeout 300" in ran.out


def test_the_depth_of_an_unknown_pair_is_what_was_searched_completely(nestproof: Runner) -> None:
    for engine in ("bmc", "bmc-z3"):
        ran = nestproof("check", "lazy", "--engine", engine, "--depth", "3", "--json")
        assert [
            (r["verdict"], r["depth"], r["reason"]) for r in json.loads(ran.out)["results"]
        ] == [
            ("unknown", 3, "every path of 3 steps is good"),
            ("violated", 3, ""),
            ("violated", 3, ""),
            *[("unknown", 3, "every path of 3 steps is good")] * 3,
        ]


def test_a_case_that_a_bounded_search_does_not_reach_is_unknown_with_its_depth(
    nestproof: Runner, project: Path
) -> None:
    with (project / "properties" / "isolation.py").open("a") as module:
        module.write(
            '@sometimes("rare")\n'
            "def never(machine: Machine) -> bool:\n"
            "    return machine.ts and not machine.ts\n"
        )
    ran = nestproof(
        "check", "lazy/fixed/rare", "--engine", "bmc", "--depth", "5", "--json", cwd=project
    )
    [row] = json.loads(ran.out)["results"]
    assert (row["verdict"], row["engine"], row["depth"]) == ("unknown", "bmc", 5)
    assert row["reason"] == "not known whether `never` is reached; not within 5 steps"


def test_show_prints_a_counterexample(nestproof: Runner, golden: Golden) -> None:
    ran = nestproof("show", "lazy/broken/isolation")
    assert ran.code == 0
    golden("show-trace", ran.out + ran.err)


def test_show_prints_the_lemmas_of_a_proof(nestproof: Runner) -> None:
    ran = nestproof("show", "lazy/fixed/isolation")
    assert ran.code == 0
    assert "lazy/fixed/isolation is proved" in ran.out
    assert "ts" in ran.out


def test_saved_evidence_is_shown_and_audited(
    nestproof: Runner, tmp_path: Path, golden: Golden
) -> None:
    assert nestproof("check", "--evidence", str(tmp_path / "out")).code == 0
    files = sorted(map(str, (tmp_path / "out").iterdir()))
    assert len(files) == 6
    ran = nestproof("audit", *files)
    assert ran.code == 0
    assert ran.out.count("confirmed") == 6
    trace = nestproof("show", str(tmp_path / "out" / "lazy.broken.isolation.json"))
    golden("show-trace", (trace.out + trace.err).replace(", maybe not the fewest", "", 1))


def test_a_damaged_file_does_not_end_the_audit_of_the_others(
    nestproof: Runner, tmp_path: Path
) -> None:
    assert nestproof("check", "*/isolation", "--evidence", str(tmp_path / "out")).code == 0
    good, cut = sorted((tmp_path / "out").iterdir())
    cut.write_bytes(cut.read_bytes()[:100])
    for files in ((cut, good), (good, cut), (tmp_path / "gone.json", good)):
        ran = nestproof("audit", *map(str, files))
        assert ran.code == 2
        assert ran.out.count("confirmed") == 1
        assert ran.err.count("error:") == 1


def test_evidence_of_another_model_is_rejected_with_the_place(
    nestproof: Runner, project: Path
) -> None:
    assert nestproof("check", "--evidence", "out", cwd=project).code == 0
    model = project / "models" / "lazy.py"
    model.write_text(model.read_text().replace("machine.ts = machine.sets_ts", "machine.ts = True"))
    ran = nestproof("audit", "out/lazy.broken.isolation.json", cwd=project)
    assert ran.code == 1
    assert "step 3: `isolation` is not violated" in ran.out


def test_explain_prints_functions_systems_properties_and_costs(
    nestproof: Runner, golden: Golden
) -> None:
    for name in ("device_not_available", "use_fpu", "lazy/fixed", "isolation"):
        ran = nestproof("explain", name)
        assert ran.code == 0
        golden(f"explain-{name.replace('/', '-')}", ran.out)
    golden("explain-cost", nestproof("explain", "lazy/fixed", "--cost").out)
    golden("explain-fields", nestproof("explain", "lazy/fixed", "--fields").out)
    rests_on = nestproof("explain", "lazy/fixed/isolation", "--assumptions")
    golden("explain-assumptions", rests_on.out)
    assert rests_on == nestproof("explain", "lazy/fixed", "--assumptions")


def test_explain_finds_records_enums_and_what_a_project_imports(
    nestproof: Runner, project: Path
) -> None:
    model = project / "models" / "more.py"
    model.write_text("from nestproof.models.ownership.access import fpu_access\n")
    for name, line in (
        ("Machine", "@record"),
        ("Task", "class Task(Enum):"),
        ("Context", "class Context(Enum):"),
        ("fpu_write", "source: The first instruction of an FPU section"),
    ):
        ran = nestproof("explain", name, cwd=project)
        assert (ran.code, ran.err) == (0, "")
        assert line in ran.out


def test_explain_finds_what_stands_for_a_function_of_another_name(
    nestproof: Runner, tmp_path: Path
) -> None:
    for name, found in (("is_no_device", "handle_exception"), ("flush_thread", "start_afresh")):
        ran = nestproof("explain", name, cwd=tmp_path)
        assert (ran.code, ran.out.partition("(")[0]) == (0, found)
    both = nestproof("explain", "__switch_to", cwd=tmp_path).out
    first, *others = re.findall(r"^(\w+)\(", both, re.MULTILINE)
    assert (first, set(others)) == ("__switch_to", {"switch_to"})
    assert "nothing is called `guest` here" in nestproof("explain", "guest", cwd=tmp_path).err


def test_simulate_takes_random_steps_and_reports_violations_and_coverage(
    nestproof: Runner, golden: Golden
) -> None:
    fine = nestproof("simulate", "lazy/fixed", "--random", "50", "--seed", "7")
    assert fine.code == 0
    golden("simulate-random", fine.out)


def test_a_simulation_ends_with_1_only_for_what_is_not_expected_to_be_violated(
    nestproof: Runner, project: Path
) -> None:
    command = ("simulate", "lazy/broken", "--random", "50", "--seed", "7")
    expected = nestproof(*command, cwd=project)
    assert (expected.code, expected.out.count("is violated")) == (0, 2)
    (project / "properties" / "verdicts.toml").unlink()
    assert nestproof(*command, cwd=project) == replace(expected, code=1)


def test_simulate_takes_steps_by_hand(nestproof: Runner, golden: Golden) -> None:
    commands = "1\n2 next_task=B\n1\nback\nstate\n9\n2 next_task=X\nhelp\nquit\n"
    ran = nestproof("simulate", "lazy/broken", stdin=commands)
    assert ran.code == 0
    golden("simulate-by-hand", ran.out)


def test_an_empty_line_of_a_simulation_by_hand_is_ignored(nestproof: Runner) -> None:
    for end in ("", "quit\n", "q", "\n\n"):
        ran = nestproof("simulate", "lazy/broken", stdin=f"1\n\n  \n1\n{end}")
        assert (ran.code, ran.err) == (0, "")
        assert "state after 2, " in ran.out
        assert ran.out.endswith("> \n")


def test_simulate_follows_a_trace(nestproof: Runner, tmp_path: Path, golden: Golden) -> None:
    nestproof("check", "lazy/broken/isolation", "--evidence", str(tmp_path))
    file = next(tmp_path.glob("*.json"))
    ran = nestproof("simulate", "lazy/broken", "--trace", str(file))
    assert ran.code == 0
    golden("simulate-trace", ran.out)
    assert "isolation is violated: a_task_finds_only_its_own_registers\n" in ran.out


def test_others_can_read_what_export_writes(nestproof: Runner, tmp_path: Path) -> None:
    aiger, smt2 = tmp_path / "x.aig", tmp_path / "x.smt2"
    pair = "lazy/fixed/isolation"
    assert nestproof("export", pair, "--format", "aiger", "-o", str(aiger)).code == 0
    assert nestproof("export", pair, "--format", "smt2", "-o", str(smt2)).code == 0
    assert list(read_aiger(aiger.read_bytes()).bad) == ["isolation"]
    assert "\n(set-logic HORN)\n" in smt2.read_text()
    solver = z3.SolverFor("HORN")
    solver.from_file(str(smt2))
    assert solver.check() == z3.sat, "an invariant exists"


def test_completion_scripts_complete_the_command(nestproof: Runner) -> None:
    for shell, registers in (
        ("bash", "complete -o nosort -F _nestproof_completion nestproof"),
        ("zsh", "compdef _nestproof_completion nestproof"),
        ("fish", "complete --no-files --command nestproof"),
    ):
        ran = nestproof("completion", shell)
        assert ran.code == 0
        assert registers in ran.out
        assert f"_NESTPROOF_COMPLETE={shell}_complete" in ran.out


def test_the_same_input_gives_the_same_bytes(nestproof: Runner, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        nestproof("check", "--evidence", str(tmp_path / folder), "--jobs", "1")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
