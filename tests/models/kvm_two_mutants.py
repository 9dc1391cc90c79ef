"""Two virtual machines under a KVM with a mistake."""

from nestproof.models.kvm.machine import TwoGuests
from nestproof.models.kvm.run import in_host
from nestproof.models.linux.task import TaskName
from nestproof.models.x86.vmcs import VmcsName
from verifier.language import assume, snapshot, step


@step
def schedule_without_put(s: TwoGuests, to: TaskName, frequent: bool) -> None:
    """mutant: no preempt notifier, so that KVM counts a guest's registers as loaded for ever."""
    in_host(s)
    assume((to != s.host.current) & (to != TaskName.C))
    s.host.era.switch_to(s.host, to, frequent)
    s.host.cpu.current = VmcsName.VMCS01 if to == TaskName.A else VmcsName.VMCS02
    stopped = snapshot(s.vcpu)
    s.vcpu = s.waiting
    s.waiting = stopped
