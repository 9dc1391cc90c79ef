"""What is found is written up: every pair that is violated is named by a finding."""

import re
from pathlib import Path

from verifier.catalogue import bundled_root, load

FINDINGS = Path(__file__).parent.parent.parent / "docs" / "findings"
NAMED = re.compile(r"^Pairs: (.*?)\n\n", re.DOTALL | re.MULTILINE)


def test_every_violated_pair_has_a_finding_and_no_finding_is_about_another() -> None:
    catalogue = load(bundled_root())
    violated = {str(pair) for pair, verdict in catalogue.expected.items() if verdict == "violated"}
    named: list[str] = []
    for file in FINDINGS.glob("*.md"):
        found = NAMED.search(file.read_text())
        assert found, f"{file.name} does not say what it is about"
        named += re.findall(r"`([^`]+)`", found.group(1))
    assert sorted(named) == sorted(violated)
