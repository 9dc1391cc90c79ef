"""What guests may rely on."""

from models import handled, trapping
from verifier.language import always, sometimes


@always("isolation")
def a_guest_finds_its_own_registers(use: trapping.Use) -> bool:
    """Nobody meets what is another's."""
    return not use.happens or use.faults or use.found.owner == use.by


@sometimes("isolation")
def both_use_the_registers(use: trapping.Use) -> bool:
    """The second guest, too."""
    return use.happens and not use.faults and use.by == trapping.Name.B


@always("isolation")
def a_user_finds_its_own_registers(use: handled.Use) -> bool:
    """Nobody meets what is another's."""
    return not use.happens or use.found.owner == use.by


@sometimes("isolation")
def the_guest_uses_the_registers(use: handled.Use) -> bool:
    """Not only the monitor."""
    return use.happens and use.by == handled.Who.GUEST
