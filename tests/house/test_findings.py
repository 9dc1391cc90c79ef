"""What is found is written up: every pair that is violated is named by a finding."""

from verifier.language.packages import bundled_root
from verifier.project.findings import FOLDER, pairs_of
from verifier.project.loading import load


def test_every_violated_pair_has_a_finding_and_no_finding_is_about_another() -> None:
    catalogue = load(bundled_root())
    violated = [str(pair) for pair, verdict in catalogue.expected.items() if verdict == "violated"]
    pages = (bundled_root() / FOLDER).glob("*.md")
    assert sorted(pair for page in pages for pair in pairs_of(page)) == sorted(violated)
