"""What is called while a model runs is what the model calls, whatever else Python does then."""

import gc
import sys
from types import FrameType

from verifier.language.call_hook import tracing


def noted(allocate: int) -> list[str]:
    """What is reported while a lot of garbage is made and a hook of the collector is there."""
    seen: list[str] = []

    def hook(_: str, __: dict[str, int]) -> None:
        pass

    def called(frame: FrameType, _: str, __: object) -> None:
        seen.append(frame.f_code.co_name)

    def work() -> list[list[int]]:
        return [[number] for number in range(allocate)]

    gc.callbacks.append(hook)
    try:
        with tracing(called):
            work()
    finally:
        gc.callbacks.remove(hook)
    return seen


def test_what_collects_garbage_is_not_taken_for_what_a_model_calls() -> None:
    seen = noted(100_000)
    assert "work" in seen
    assert "hook" not in seen


def test_collecting_and_another_tracer_go_on_as_they_were() -> None:
    before = sys.gettrace()
    noted(1)
    assert gc.isenabled()
    assert sys.gettrace() is before
    gc.disable()
    try:
        noted(1)
        assert not gc.isenabled()
    finally:
        gc.enable()
