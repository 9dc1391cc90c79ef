"""A barrel with two assertions; pytest does not rewrite those of a module that has no tests."""

from verifier.language import System, record, step


@record
class Barrel:
    """It stands in the yard."""

    cracked: bool = False
    full: bool = False


@step
def pour(barrel: Barrel) -> None:
    """Wine."""
    barrel.full = True


@step
def lean(barrel: Barrel) -> None:
    """Against it."""
    assert not barrel.full, "a full one tips over"
    barrel.cracked = True


@step
def tap(barrel: Barrel) -> None:
    """On it."""
    assert not barrel.cracked, "a cracked one breaks"


BOTH = System("barrel/both", Barrel(), (pour, lean, tap))
LEANING = System("barrel/leaning", Barrel(), (pour, lean))
