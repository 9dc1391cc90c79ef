"""`python -m tests.viewer.picture FILE`: the screen on a counterexample, as the README shows it."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from tests.viewer.conftest import saved
from verifier.viewer.screen.app import Screen

SIZE = (132, 36)


def picture() -> str:
    """The screen as SVG, with fonts that the reader has instead of ones from the network."""

    async def run() -> str:
        screen = Screen(saved("v3.1"))
        async with screen.run_test(size=SIZE) as pilot:
            await pilot.press("left", "3")
            await pilot.pause()
            return screen.export_screenshot(title="nestproof show kvm-nvmx/v3.1/transparency")

    text = asyncio.run(run())
    text = re.sub(r"@font-face \{.*?\}\s*", "", text, flags=re.DOTALL)
    text = text.replace("Fira Code", "DejaVu Sans Mono")
    return re.sub(r"terminal-\d+", "terminal", text)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture())
