"""What the app is drawn on."""

from __future__ import annotations

from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget


class Surface(Screen[None]):
    """The only screen; the lists themselves mark the focus, so that nothing else is redrawn."""

    focused = Reactive[Widget | None](None, repaint=False)
