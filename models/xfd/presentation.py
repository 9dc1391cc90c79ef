"""How people are shown tasks and a guest that use tiles."""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.ownership import presentation as ownership
from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd import guest, machine, signals
from nestproof.models.xfd.linux import exc_device_not_available_in_kernel
from nestproof.models.xfd.machine import TileTasks
from nestproof.models.xfd.processor import TileCpu, XsaveArea
from nestproof.models.xfd.task import Fpstate, Host, Place, Task, TaskName
from nestproof.models.xfd.vcpu import TileGuest
from verifier.language import (
    Act,
    Causes,
    Each,
    Flags,
    Lane,
    Lanes,
    Moment,
    Presentation,
    Seen,
    Sentence,
    Table,
    good,
    wrong,
)

WORDS = {
    "nm": "#NM",
    "xfd": "IA32_XFD",
    "xfd_err": "XFD_ERR",
    "ts": "TS",
    "xstate_bv": "XSTATE_BV",
    **{name: name.upper() for name in ("cpu", "kvm", "xsaves", "xrstors", "sse")},
}
THREAD = "a kernel thread"


def running(s: TileTasks) -> str:
    """Who runs: a task, a kernel thread, or the guest of task A."""
    if s.host.current == TaskName.KTHREAD:
        return THREAD
    return "the guest" if s.host.running.place == Place.GUEST else f"task {s.host.current.name}"


def acts(now: Moment[TileTasks]) -> Act:
    """Tasks run one after the other."""
    return Act(trap=trap(now), does=doing(now), by=chooser(now))


def guest_acts(now: Moment[TileGuest]) -> Act:
    """The same, and how control passes between the VMM's thread and the guest."""
    act = Act(trap=trap(now), seen=outcome(now), does=doing(now), by=chooser(now))
    was, runs = running(now.before) == "the guest", running(now.after) == "the guest"
    if was and not runs:
        return replace(act, label=f"exit: {now.after.vcpu.exit.name}", leaves=True)
    return replace(act, label="VM entry") if runs and not was else act


def trap(now: Moment[TileTasks]) -> str:
    """#NM, where a step has raised it."""
    raised = now.returned(Outcome.NM)
    return "#NM" if raised or now.ran(exc_device_not_available_in_kernel) else ""


def doing(now: Moment[TileTasks]) -> str:
    """Who does what."""
    done = next((what for does, what in DOES if now.ran(does)), "")
    return done and f"{running(now.before)} {done}"


GUEST_DOES: tuple[tuple[Callable[..., object], str], ...] = (
    (guest.guest_uses_tiles, "executes a tile instruction"),
    (guest.guest_uses_sse, "executes an SSE instruction"),
    (guest.guest_sets_ts, "writes CR0.TS"),
    (guest.guest_writes_xfd, "writes IA32_XFD"),
    (guest.guest_writes_xfd_err, "writes XFD_ERR"),
    (guest.guest_reads_xfd, "reads IA32_XFD"),
    (guest.guest_reads_xfd_err, "reads XFD_ERR"),
)
DOES: tuple[tuple[Callable[..., object], str], ...] = (
    *GUEST_DOES,
    (machine.task_uses_tiles, "executes a tile instruction"),
    (machine.leave_kernel, "returns to user mode"),
    (signals.signal, "gets a signal"),
    (signals.handle_signal, "starts its signal handler"),
    (signals.sigreturn, "returns from its signal handler"),
    (guest.kvm_run, "calls KVM_RUN"),
    (guest.vcpu_enter_guest, "enters the guest"),
    (guest.handle_exit, "handles the guest's exit"),
    (guest.kvm_run_returns, "leaves KVM_RUN"),
)


def chooser(now: Moment[TileTasks]) -> str:
    """Who makes the choices of a step."""
    if now.ran(machine.schedule):
        return "the scheduler"
    if now.ran(*(does for does, _ in GUEST_DOES)):
        return "the guest"
    return running(now.before) if now.ran(machine.task_uses_tiles) else "the kernel"


def outcome(now: Moment[TileGuest]) -> Seen | None:
    """What the guest saw of a tile instruction."""
    if not now.ran(guest.guest_uses_tiles):
        return None
    seen = now.after.outcome
    words = {Outcome.NM: ("raise #NM", "raises #NM"), Outcome.DONE: ("complete", "completes")}
    should, does = words[seen.promised][0], words[seen.outcome][1]
    names = seen.outcome.name, seen.promised.name
    return Seen("the guest", "tile instruction", *names, does=does, should=should)


def headline(now: Moment[TileTasks]) -> Sentence | None:
    """What a context finds in the tiles."""
    return ownership.found_in_the_registers(now, lambda s: s.access)


def guest_headline(now: Moment[TileGuest]) -> Sentence | None:
    """What the guest reads from an MSR, or what somebody finds in the tiles."""
    seen = now.after.outcome
    if (
        now.ran(guest.guest_reads_xfd, guest.guest_reads_xfd_err)
        and seen.read != seen.promised_read
    ):
        name = "IA32_XFD" if now.ran(guest.guest_reads_xfd) else "XFD_ERR"
        should, does = ownership.text(seen.promised_read), ownership.text(seen.read)
        return (f"the guest should read {name}=", good(should), ", but it reads ", wrong(does))
    return ownership.found_in_the_registers(now, lambda s: s.access)


HOST = "the host: what the hardware holds and the kernel remembers"
FLAGS: Flags[TileTasks] = Flags(
    "tile data",
    (
        Each(TileCpu, lambda cpu: cpu.tiles.owner),
        Each(XsaveArea, lambda area: area.xstate_bv),
        Each(Fpstate, lambda fpstate: fpstate.xfd),
        Each(Host, lambda host: host.fpu_fpregs_owner_ctx),
        Each(Task, lambda task: task.need_fpu_load),
    ),
)
TILE_TASKS: Presentation[TileTasks] = Presentation(
    lanes=Lanes(running),
    acts=acts,
    tables=(
        Table("host", HOST, lambda s: s.host),
        Table("observed", "observed", lambda s: (s.access, s.latest), by_code=False),
    ),
    flags=FLAGS,
    causes=Causes(hardware=lambda s: s.host.cpu),
    hands=ownership.HANDS,
    headline=headline,
    words=WORDS,
)
TILE_GUEST: Presentation[TileGuest] = Presentation(
    lanes=Lanes(
        running,
        (Lane("task A", "task A: VMM"), Lane("the guest"), Lane("task B"), Lane(THREAD)),
        enters="VM entry",
        leaves="VM exit",
    ),
    acts=guest_acts,
    tables=(
        Table("host", HOST, lambda s: (s.host, s.vcpu)),
        Table("observed", "observed", lambda s: (s.access, s.latest, s.outcome), by_code=False),
        Table("promised", "promised: a processor of its own", lambda s: s.promised, by_code=False),
    ),
    flags=Flags(FLAGS.title, FLAGS.fields),
    causes=Causes(hardware=lambda s: s.host.cpu),
    hands=ownership.HANDS,
    headline=guest_headline,
    words=WORDS,
)
