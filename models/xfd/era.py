"""What differs between the versions of Linux and KVM that know XFD, as data."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Era:
    """One version.

    `cpu_up_resets_cache`: bringing a processor up writes xfd_state, not only IA32_XFD (10e4b5166df9
    of v6.9). `signal_updates_xfd`: fpu__clear_user_states brings IA32_XFD up to date before it
    resets the registers (in v6.19.9). `clears_disabled`: fpu_update_guest_xfd takes what the guest
    disables out of an image that is not in the registers (in v6.19.9). `nm_looks_at_ts`: XFD_ERR is
    read after a #NM exit only if CR0.TS is clear (3ef0df3f760f of v6.15). `marks_old_task`: a
    switch sets TIF_NEED_FPU_LOAD of the task that is left, not of the one that comes (switch_fpu of
    v6.19.9). `loads_before_update`: fpu_update_guest_xfd loads the guest's registers before it
    writes IA32_XFD, as fpstate_realloc does (a repair that no version has).
    `sigreturn_initialises`: what a task's fpstate has no room for gets its initial state when a
    frame is loaded, as it does when the fpstate is (a repair that no version has).
    """

    version: str
    cpu_up_resets_cache: bool = False
    signal_updates_xfd: bool = False
    clears_disabled: bool = False
    nm_looks_at_ts: bool = False
    marks_old_task: bool = False
    loads_before_update: bool = False
    sigreturn_initialises: bool = False


V5_17 = Era("v5.17")
V6_12 = Era("v6.12", cpu_up_resets_cache=True)
V6_19 = Era(
    "v6.19",
    cpu_up_resets_cache=True,
    signal_updates_xfd=True,
    clears_disabled=True,
    nm_looks_at_ts=True,
    marks_old_task=True,
)
ONLY_CPU_UP = replace(V5_17, signal_updates_xfd=True, sigreturn_initialises=True)
"""v5.17 in which only bringing a processor up is wrong."""
ONLY_SIGNAL = replace(V6_12, sigreturn_initialises=True)
"""v6.12 in which only the delivery of a signal is wrong."""
V6_19_SIGRETURN = replace(V6_19, sigreturn_initialises=True)
ONLY_FOREIGN_XFD = replace(V6_19_SIGRETURN, nm_looks_at_ts=False)
"""v6.19.9 that reads XFD_ERR after each #NM exit, as v6.12 does."""
ONLY_XFD_ERR = replace(V6_19_SIGRETURN, loads_before_update=True)
V6_19_REPAIRED = replace(ONLY_XFD_ERR, nm_looks_at_ts=False)
