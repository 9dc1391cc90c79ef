"""Tile data of one processor, and what IA32_XFD does to the instructions that use it.

No edition of the SDM that was read has XFD: the rules are those that Linux, KVM and their authors'
mails rely on, each marked as an abstraction. Bit 18, TILEDATA, is the only bit that is modelled.
"""

from nestproof.models.ownership.contents import Contents
from nestproof.models.x86.outcome import Outcome
from verifier.language import abstracts, record


@record
class TileCpu:
    """A processor: bit 18 of IA32_XFD and IA32_XFD_ERR, CR0.TS, and TILEDATA.

    `xinuse` is bit 18 of XINUSE: TILEDATA is not in its initial state. `ts_gates_tiles`:
    CR0.TS stops tile instructions as it stops SSE; the page that says so was not read, and neither
    Bochs nor Xen does it.
    """

    ts_gates_tiles: bool = False
    xfd: bool = True
    xfd_err: bool = False
    ts: bool = False
    xinuse: bool = False
    tiles: Contents = Contents()


@record
class XsaveArea:
    """An XSAVE area: whether XSTATE_BV has TILEDATA, and what was stored for it."""

    xstate_bv: bool = False
    tiles: Contents = Contents()


@abstracts("A tile instruction raises #NM by IA32_XFD, and then XFD_ERR says so")
def tile_instruction(cpu: TileCpu) -> Outcome:
    """CR0.TS is tested first, if it is tested at all; CR0.EM does not matter."""
    if cpu.ts_gates_tiles and cpu.ts:
        return Outcome.NM
    if cpu.xfd:
        cpu.xfd_err = True
        return Outcome.NM
    cpu.xinuse = True
    return Outcome.DONE


@abstracts("An SSE instruction raises #NM by CR0.TS, which leaves XFD_ERR alone; EM is clear")
def sse_instruction(cpu: TileCpu) -> Outcome:
    """CR0.TS is tested first, and there is nothing of SSE in IA32_XFD."""
    return Outcome.NM if cpu.ts else Outcome.DONE


@abstracts("XSAVES stores a component that IA32_XFD disables as if it were in its initial state")
def xsaves(cpu: TileCpu, area: XsaveArea) -> None:
    """The init optimization: what is in its initial state is not written to memory."""
    area.xstate_bv = cpu.xinuse and not cpu.xfd
    if area.xstate_bv:
        area.tiles = cpu.tiles


@abstracts("XRSTORS raises #NM where it has to load a component that IA32_XFD disables")
def xrstors(cpu: TileCpu, area: XsaveArea) -> Outcome:
    """A component that XSTATE_BV does not have gets its initial state, whatever IA32_XFD is."""
    if area.xstate_bv and cpu.xfd:
        cpu.xfd_err = True
        return Outcome.NM
    cpu.xinuse = area.xstate_bv
    cpu.tiles = area.tiles if area.xstate_bv else Contents()
    return Outcome.DONE


@abstracts("XRSTOR or XRSTORS of an area in which XSTATE_BV has nothing")
def initialise_tiles(cpu: TileCpu) -> None:
    """It raises no #NM, whatever IA32_XFD is."""
    cpu.xinuse = False
    cpu.tiles = Contents()
