"""Xen's i387.c and xstate.c, on AMD: by #NM what TS protects, at every switch what it does not.

Left out: compacted images, which are loaded and saved whole, and idle virtual CPUs.
"""

from nestproof.models.ownership.contents import Contents
from nestproof.models.xen.state import Pointers, Vcpu, Xen
from verifier.language import abstracts, models


@abstracts("AMD's FXSAVE and XSAVE leave FIP, FDP and FOP out unless an exception is pending")
def xsave(xen: Xen, vcpu: Vcpu, lazy: bool, nonlazy: bool) -> None:
    """Save some parts, of those that the guest has ever enabled in XCR0."""
    registers, area = xen.registers, vcpu.area
    if lazy:
        area.sse = registers.sse
        if vcpu.avx:
            area.avx = registers.avx
        area.exception = registers.exception
        area.es = registers.exception
        if registers.exception:
            area.pointers = registers.pointers
    if nonlazy:
        area.nonlazy = registers.nonlazy


@abstracts("AMD's FXRSTOR and XRSTOR do the same, and compute ES from exceptions and their masks")
def xrstor(xen: Xen, vcpu: Vcpu, lazy: bool, nonlazy: bool) -> None:
    """Load some parts, of those that the guest has ever enabled in XCR0."""
    registers, area = xen.registers, vcpu.area
    if lazy:
        registers.sse = area.sse
        if vcpu.avx:
            registers.avx = area.avx
        registers.exception = area.exception
        if area.exception:
            registers.pointers = area.pointers
    if nonlazy:
        registers.nonlazy = area.nonlazy


@abstracts("FILDL of a save area, or FNINIT: FIP, FDP and FOP say nothing about anybody")
def load_fixed_pointers(xen: Xen) -> None:
    """Whoever reads them finds nobody's."""
    xen.registers.pointers = Contents()


@models("Xen: xen/arch/x86/xstate.c", "xrstor", since="4.0")
def xen_xrstor(xen: Xen, vcpu: Vcpu, lazy: bool, nonlazy: bool) -> None:
    """Load some parts; before that, where nothing else does, pointers of nobody.

    fpu_fxrstor of i387.c does the same since 4.4.
    """
    pointers, area = xen.era.pointers, vcpu.area
    if lazy:
        by_es = pointers == Pointers.BY_ES and not area.es
        if by_es or (pointers == Pointers.BY_EXCEPTIONS and not area.exception):
            load_fixed_pointers(xen)
    xrstor(xen, vcpu, lazy, nonlazy)


@models("Xen: xen/arch/x86/i387.c", "fpu_init", since="4.2", until="4.7")
def fpu_init(xen: Xen) -> None:
    """FNINIT and LDMXCSR leave the stack and XMM registers as they are; init_fpu until 4.1."""
    xen.registers.exception = False
    load_fixed_pointers(xen)


@models("Xen: xen/arch/x86/i387.c", "vcpu_restore_fpu_lazy", since="4.2")
def vcpu_restore_fpu_lazy(xen: Xen, vcpu: Vcpu) -> None:
    """#NM: the running virtual CPU gets its registers. It is setup_fpu until 4.1."""
    xen.ts = False
    if vcpu.dirtied:
        return
    if xen.era.xsave or vcpu.initialised or xen.era.loads_first_use:
        xen_xrstor(xen, vcpu, lazy=True, nonlazy=False)
    else:
        fpu_init(xen)
    vcpu.initialised = True
    vcpu.dirtied = True


@models("Xen: xen/arch/x86/i387.c", "vcpu_restore_fpu_eager", since="4.2")
def vcpu_restore_fpu_eager(xen: Xen, vcpu: Vcpu) -> None:
    """At a switch: what TS does not protect, or everything."""
    if not xen.era.eager and not vcpu.nonlazy_used:
        return
    xen.ts = False
    if xen.era.eager:
        xen_xrstor(xen, vcpu, lazy=True, nonlazy=True)
        vcpu.initialised = True
        vcpu.dirtied = True
        return
    xen_xrstor(xen, vcpu, lazy=False, nonlazy=True)
    xen.ts = True


@models("Xen: xen/arch/x86/i387.c", "vcpu_save_fpu", since="4.2")
def vcpu_save_fpu(xen: Xen, vcpu: Vcpu) -> None:
    """At a switch: save what the virtual CPU may have changed, then set TS."""
    if vcpu.dirtied or (vcpu.nonlazy_used and xen.era.saves_nonlazy):
        xsave(xen, vcpu, vcpu.dirtied, vcpu.nonlazy_used)
        if vcpu.dirtied and xen.era.pointers == Pointers.AT_SAVE:
            xen.registers.exception = False
            load_fixed_pointers(xen)
        vcpu.dirtied = False
    xen.ts = True


@models("Xen: xen/arch/x86/xstate.c", "handle_xsetbv", since="4.1")
def handle_xsetbv(xen: Xen, vcpu: Vcpu, avx: bool, nonlazy: bool) -> None:
    """The guest enables parts in XCR0; who has not used the FPU gets them by #NM."""
    new_avx = avx and not vcpu.avx
    new_nonlazy = nonlazy and not vcpu.nonlazy_used
    vcpu.avx = vcpu.avx | avx
    vcpu.nonlazy_used = vcpu.nonlazy_used | nonlazy
    if xen.era.initialises_enabled:
        if new_avx and vcpu.dirtied:
            xen.registers.avx = vcpu.area.avx
        if new_nonlazy:
            xen.registers.nonlazy = vcpu.area.nonlazy


@models("Xen: xen/arch/x86/hvm/hvm.c", "hvm_set_cr4", since="4.8")
def hvm_set_cr4(xen: Xen, vcpu: Vcpu) -> None:
    """The guest sets CR4.PKE: RDPKRU and WRPKRU work, whatever XCR0 says."""
    vcpu.nonlazy = True
    if xen.era.enables_pkru:
        handle_xsetbv(xen, vcpu, avx=False, nonlazy=True)
