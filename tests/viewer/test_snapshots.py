"""The real screen, compared whole with what was reviewed."""

from collections.abc import Callable

import pytest

from tests.viewer.snapshots import SNAPSHOTS, Snapshot, shown


@pytest.mark.sampled(2)
@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda snapshot: snapshot.file[8:-4])
def test_the_screen_is_as_reviewed(snapshot: Snapshot, golden: Callable[[str, str], None]) -> None:
    text = shown(snapshot)
    columns, lines = snapshot.size
    assert text.count("\n") == lines
    assert max(map(len, text.split("\n"))) <= columns
    golden(snapshot.file, text)
