"""A stored counterexample, explained and placed side by side, is what it is one after the other."""

from verifier.check.context import Context
from verifier.cli.annotating import annotated_apart, stored_counterexample
from verifier.cli.progress import Reporter
from verifier.evidence.verdicts import Limits
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Pair
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load
from verifier.project.result_cache import Cache, cache_folder


def test_what_is_found_side_by_side_is_what_is_found_one_after_the_other() -> None:
    catalogue = load(bundled_root())
    cache = Cache(cache_folder(), Limits())
    circuits, pair = Circuits(catalogue, cache), Pair("native/lazy-v3.4", "isolation")
    context = Context(catalogue, circuits, cache, Limits())
    with Reporter("explaining") as reporter:
        whole = stored_counterexample(context, pair, reporter, whole=True)
        plain = stored_counterexample(context, pair, reporter, whole=False)
        assert plain is not None
        assert plain.explanation.turned
        assert not plain.explanation.finding
        assert whole == annotated_apart(plain, catalogue, circuits, reporter)
        assert whole.explanation.finding
        none = Pair("native/lazy-v3.7", "isolation")
        assert stored_counterexample(context, none, reporter, whole=True) is None
