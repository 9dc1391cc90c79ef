"""Xen on VMX: a guest that switches two tasks of its own by TS, and another virtual CPU.

Xen executes FPU instructions of guests itself where it emulates them, and calls the firmware.
"""

from collections.abc import Callable

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import fpu_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.xen.hvm import (
    HvmEra,
    HvmVcpu,
    XenHvm,
    context_switch,
    efi_rs_enter,
    efi_rs_leave,
    hvmemul_get_fpu,
    hvmemul_put_fpu_backing_out,
    vmx_fpu_enter,
    vmx_update_guest_cr,
)
from nestproof.models.xen.state import Name
from verifier.language import (
    Act,
    Family,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    abstracts,
    assume,
    observer,
    step,
)


@step
def fpu_instruction(xen: XenHvm, value: bool) -> None:
    """The guest executes an FPU instruction, or #NM is its own kernel's, or Xen's."""
    vcpu = xen.running
    if vcpu.guest_ts:
        guest_gives_the_fpu(xen)
    elif vcpu.hw_ts:
        vmx_fpu_enter(xen)
    else:
        fpu_access(xen.access, xen.latest, xen.registers, vcpu.task, value)


@abstracts("A lazy guest kernel's #NM handler: CLTS, FXSAVE, FXRSTOR")
def guest_gives_the_fpu(xen: XenHvm) -> None:
    """Clear the guest's TS, which exits, and swap the registers of its tasks."""
    vcpu = xen.running
    vcpu.guest_ts = False
    vmx_update_guest_cr(xen, xen.current)
    if not vcpu.dirtied:
        vmx_fpu_enter(xen)
    if vcpu.task == Context.L1_A and vcpu.owner == Context.L1_B:
        vcpu.image_b = xen.registers
        xen.registers = vcpu.image_a
    elif vcpu.task == Context.L1_B and vcpu.owner == Context.L1_A:
        vcpu.image_a = xen.registers
        xen.registers = vcpu.image_b
    vcpu.owner = vcpu.task


@step
def guest_schedules(xen: XenHvm) -> None:
    """The guest's kernel runs its other task, and sets TS."""
    vcpu = xen.running
    assume(xen.current == Name.A)
    vcpu.task = Context.L1_A if vcpu.task == Context.L1_B else Context.L1_B
    vcpu.guest_ts = True
    vmx_update_guest_cr(xen, xen.current)


@step
def emulate(xen: XenHvm, value: bool) -> None:
    """Xen executes an FPU instruction of the guest that accesses memory of a device."""
    vcpu = xen.running
    if xen.era.asks_guest_ts and vcpu.guest_ts:
        guest_gives_the_fpu(xen)
        return
    hvmemul_get_fpu(xen)
    fpu_access(xen.access, xen.latest, xen.registers, vcpu.task, value)


@step
def emulate_and_abandon(xen: XenHvm) -> None:
    """The same, but the memory cannot be accessed: the registers are to be as before."""
    assume((xen.era.asks_guest_ts ^ True) | (xen.running.guest_ts ^ True))
    hvmemul_get_fpu(xen)
    xen.running.area = xen.registers
    hvmemul_put_fpu_backing_out(xen)


@step
def firmware_call(xen: XenHvm) -> None:
    """A paravirtual guest makes Xen call the firmware, which uses the registers.

    Such a guest runs with the TS of Xen.
    """
    efi_rs_enter(xen)
    use(xen)
    efi_rs_leave(xen)
    xen.running.hw_ts = xen.ts


@observer("The firmware's registers are nobody's")
def use(xen: XenHvm) -> None:
    """What was in them is gone."""
    xen.registers = Contents(owner=Context.KERNEL)


@step
def init(xen: XenHvm, name: Name) -> None:
    """Another virtual CPU of the guest resets this one, which does not run: TS is clear.

    The guest's kernel sees to it that the registers are those of the task that goes on.
    """
    assume((name != xen.current) & (xen.vcpus[name].task == xen.vcpus[name].owner))
    xen.vcpus[name].guest_ts = False
    vmx_update_guest_cr(xen, name)


@step
def schedule(xen: XenHvm, to: Name) -> None:
    """Another virtual CPU runs."""
    assume(to != xen.current)
    context_switch(xen, to)


def acts(now: Moment[XenHvm]) -> Act:
    """Where #NM is raised, and who uses the registers."""
    does = ownership.touches_the_registers(now, lambda xen: xen.access)
    by = "Xen" if now.ran(schedule) else now.before.current.name
    return Act(trap="#NM" if now.ran(vmx_fpu_enter) else "", does=does, by=by)


def headline(now: Moment[XenHvm]) -> Sentence | None:
    """What somebody finds in the registers."""
    return ownership.found_in_the_registers(now, lambda xen: xen.access)


SHOWN: Presentation[XenHvm] = Presentation(
    lanes=Lanes(lambda xen: xen.current.name),
    acts=acts,
    tables=(
        Table("processor", "the processor", lambda xen: (xen.registers, xen.ts)),
        Table("vcpus", "the virtual CPUs", lambda xen: xen.vcpus),
    ),
    hands=ownership.HANDS,
    headline=headline,
    words={"ts": "TS", "vcpu": "virtual CPU", "vcpus": "vCPUs"},
)
"""How people are shown executions: the virtual CPUs, and whose the registers are."""

STEPS = (fpu_instruction, guest_schedules, emulate, init, schedule)
FROM_4_9 = (*STEPS, emulate_and_abandon)
PARAVIRTUAL = (fpu_instruction, firmware_call, schedule)

Steps = tuple[Callable[..., None], ...]


def xen(era: HvmEra) -> XenHvm:
    """A runs and has the FPU where switching is eager; its task A has used it."""
    ts = not era.eager or era.eager_host_ts
    own = Contents(owner=Context.OTHER_GUEST)
    vcpus = Family(
        {
            Name.A: HvmVcpu(
                area=Contents(owner=Context.L1_A), dirtied=era.eager, host_ts=ts, hw_ts=ts
            ),
            Name.B: HvmVcpu(
                area=own, task=Context.OTHER_GUEST, owner=Context.OTHER_GUEST, host_ts=ts, hw_ts=ts
            ),
        }
    )
    registers = Contents(owner=Context.L1_A if era.eager else Context.INIT)
    return XenHvm(era=era, registers=registers, ts=not era.eager, vcpus=vcpus)


def system(name: str, era: HvmEra, summary: str, steps: Steps = FROM_4_9) -> System:
    """What Xen does with the registers of a guest."""
    return System(f"{name}/{era.version}", xen(era), steps, summary, presentation=SHOWN)


V3_2_OTHER = system(
    "xen-hvm",
    HvmEra("v3.2+other-vcpu", forces_ts=False),
    "Xen of late 2007: CR0 of a virtual CPU that does not run is written as the guest wrote it.",
    STEPS,
)
V3_2_HOST_TS = system(
    "xen-hvm",
    HvmEra("v3.2+host-ts", clears_host_ts=False),
    "Xen 3.2: exits set TS although the guest's registers are loaded.",
    STEPS,
)
V4_7_EMULATOR = system(
    "xen-hvm",
    HvmEra("v4.7+emulator", asks_guest_ts=False),
    "Xen 4.7: FPU instructions are emulated whatever the guest's TS is.",
    STEPS,
)
V4_10 = system("xen-hvm", HvmEra("v4.10"), "Xen 4.10: lazy, by CR0.TS.")
V4_11_HOST_TS = system(
    "xen-hvm",
    HvmEra("v4.11+host-ts", eager=True, eager_host_ts=True),
    "Xen 4.11-rc with eager-fpu: exits set TS as if switching were lazy.",
)
V4_11_ABANDONED = system(
    "xen-hvm",
    HvmEra("v4.11+abandoned", eager=True, reloads_eagerly=False),
    "Xen 4.11-rc with eager-fpu: what is abandoned is left to #NM, as if switching were lazy.",
)
V4_11_EAGER = system(
    "xen-hvm",
    HvmEra("v4.11-eager", eager=True),
    "Xen 4.11 with eager-fpu: everything is loaded at once.",
)
PV_V4_11_FIRMWARE = system(
    "xen-pv",
    HvmEra("v4.11+firmware", eager=True, firmware_reloads=False),
    "Xen 4.11-rc with eager-fpu: the registers behind a firmware call are left to #NM.",
    PARAVIRTUAL,
)
PV_V4_11_EAGER = system(
    "xen-pv",
    HvmEra("v4.11-eager", eager=True),
    "Xen 4.11 with eager-fpu: they are loaded at once.",
    PARAVIRTUAL,
)
