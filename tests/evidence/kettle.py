"""A system whose steps can fail assertions; apart, as pytest rewrites those of test modules."""

from collections.abc import Callable
from functools import cache

from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.language import System, always, assume, event, record, sometimes, step
from verifier.language.functions import about


@event
class Poured:
    hot: bool = False


@record
class Kettle:
    full: bool = False
    on: bool = False
    poured: Poured = Poured()


@step
def fill(kettle: Kettle) -> None:
    assume(not kettle.full)
    kettle.full = True


@step
def switch(kettle: Kettle, on: bool) -> None:
    """Nobody may switch an empty kettle on."""
    assert kettle.full or not on, "an empty kettle burns"
    kettle.on = on


@step
def pour(kettle: Kettle) -> None:
    assert kettle.full, "nothing to pour"
    kettle.poured.hot = kettle.on
    kettle.full = False


@step
def smash(kettle: Kettle) -> None:
    """No kettle survives that."""
    assert kettle.full != kettle.full, "smashed"


@sometimes("tea")
def there_is_tea(kettle: Kettle) -> bool:
    return kettle.poured.hot


@sometimes("tea")
def it_is_empty(kettle: Kettle) -> bool:
    return not kettle.full


@sometimes("tea")
def it_boils(kettle: Kettle) -> bool:
    return kettle.on and kettle.full


@always("safety")
def it_never_boils_dry(kettle: Kettle) -> bool:
    return kettle.full or not kettle.on


@always("busy")
def it_is_full_or_pours(kettle: Kettle) -> bool:
    """Violated at the start, and by standing still after hot water was poured."""
    return kettle.full or kettle.poured.hot


FUNCTIONS = (there_is_tea, it_is_empty, it_boils, it_never_boils_dry, it_is_full_or_pours)
STEPS = (fill, switch, pour, smash)


@cache
def kettle(
    full: bool = False, on: bool = False, steps: tuple[Callable[..., None], ...] = STEPS
) -> TransitionSystem:
    properties = tuple(known for f in FUNCTIONS if (known := about(f)) is not None)
    system = System("kettle/one", Kettle(full=full, on=on), steps)
    return compile_system(system, properties)
