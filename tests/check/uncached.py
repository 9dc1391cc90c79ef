"""What pairs are decided with where nothing is stored."""

from verifier.check.context import Context
from verifier.evidence.verdicts import Limits, Watch, silent
from verifier.project.catalogue import Catalogue
from verifier.project.circuit_cache import Circuits
from verifier.project.result_cache import Cache


def without_cache(catalogue: Catalogue, limits: Limits, watch: Watch = silent) -> Context:
    """Everything is compiled and searched again."""
    cache = Cache(None, limits)
    return Context(catalogue, Circuits(catalogue, cache), cache, limits, watch=watch)
