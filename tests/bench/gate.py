"""The gate's figures on a copy of the catalogue: python -m tests.bench.gate [PATTERN ...].

Cold: every pair searched. Unchanged: every pair audited. Edited: one line of kvm changed, with
the kept evidence to start from; its cold: the same without. Nothing here is a test.
"""

import os
import shutil
import sys
from importlib import invalidate_caches
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.check.uncached import without_cache
from tests.checkout import expose
from verifier.evidence.verdicts import Limits
from verifier.gate.accept import accept
from verifier.gate.gate import gate
from verifier.gate.report import Report
from verifier.gate.selection import selection
from verifier.language.packages import bundled_root, part_of
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.project.recorded_verdicts import recorded
from verifier.reports import json, junit, markdown, sarif

FILE = "models/kvm/vmx.py"
OLD, NEW = "    vcpu.cr0 = cr0\n", "    vcpu.cr0 = cr0 | TS\n"
"""A one-line mistake in vmx_set_cr0."""
TIMEOUT = 120.0


def main() -> None:
    families = tuple(sys.argv[1:]) or ("kvm-vmx/v4",)
    jobs = os.cpu_count() or 1
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        for part in ("models", "properties"):
            shutil.copytree(bundled_root() / part, root / part)
        expose(root)
        shutil.rmtree(root / "properties" / "certificates", ignore_errors=True)
        (root / "properties" / "verdicts.toml").unlink(missing_ok=True)
        catalogue = only(load(root), families)
        cold = run("cold", catalogue, jobs)
        begin = perf_counter()
        accept(catalogue, cold, recorded(root))
        print(f"accept     {perf_counter() - begin:6.1f} s")
        unchanged = run("unchanged", only(load(root), families), jobs)
        one = run("one job", only(load(root), families), 1)
        print(f"two jobs are {one.seconds / unchanged.seconds:.2f} times as fast as one")
        drop_a_line(root)
        run("edited", only(load_again(root), families), jobs)
        shutil.rmtree(root / "properties" / "certificates")
        run("its cold", only(load_again(root), families), jobs)
        for report in (json, junit, markdown, sarif):
            begin = perf_counter()
            size = len(report.document(cold))
            name = report.__name__.rsplit(".", 1)[-1]
            print(f"{name:<10} {perf_counter() - begin:6.2f} s  {size:,} bytes")


def drop_a_line(root: Path) -> None:
    text = (root / FILE).read_text()
    assert OLD in text
    (root / FILE).write_text(text.replace(OLD, NEW))


def load_again(root: Path) -> Catalogue:
    """Load a project whose files have changed under this process."""
    for name in [name for name in sys.modules if part_of(name)]:
        del sys.modules[name]
    invalidate_caches()
    return load(root)


def only(catalogue: Catalogue, families: tuple[str, ...]) -> Catalogue:
    systems = {n: s for n, s in catalogue.systems.items() if n.startswith(families)}
    expected = {p: v for p, v in catalogue.expected.items() if p.system in systems}
    return Catalogue(catalogue.root, systems, catalogue.properties, expected, catalogue.functions)


def run(name: str, catalogue: Catalogue, jobs: int) -> Report:
    context = without_cache(catalogue, Limits(seconds=TIMEOUT)).with_jobs(jobs)
    report = gate(context, selection(catalogue), None)
    searched = sum(row.how.startswith("searched") for row in report.rows)
    unknown = sum(row.result.verdict == "unknown" for row in report.rows)
    print(
        f"{name:<10} {report.seconds:6.1f} s  {len(report.rows)} pairs, {searched} searched, "
        f"{unknown} unknown",
        flush=True,
    )
    return report


if __name__ == "__main__":
    main()
