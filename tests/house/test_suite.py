"""What the tests leave behind when they have ended."""

import gc

from tests.conftest import pytest_sessionfinish


def test_the_last_collections_of_garbage_have_nothing_to_go_through() -> None:
    try:
        pytest_sessionfinish()
        assert len(gc.get_objects()) < 1000
    finally:
        gc.unfreeze()
