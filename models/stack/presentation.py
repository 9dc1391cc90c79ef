"""How people are shown closed stacks: as KVM, with the memory of each guest beside it."""

from dataclasses import replace

from nestproof.models.kvm.presentation import KVM, L1_TITLE, OBSERVED, PROMISED
from nestproof.models.linux.presentation import HOST
from nestproof.models.stack.kvm_kvm_linux import KvmKvmLinux
from nestproof.models.stack.kvm_linux import KvmLinux
from verifier.language import Presentation, Table

OF_LINUX: Presentation[KvmLinux] = KVM
OF_KVM: Presentation[KvmKvmLinux] = KVM

KVM_LINUX = replace(
    OF_LINUX,
    tables=(
        Table("L0", HOST, lambda s: (s.host, s.vcpu)),
        Table("L1", L1_TITLE, lambda s: (s.vcpu.vmcs12, s.l1)),
        OBSERVED,
        PROMISED,
    ),
)
KVM_KVM_LINUX = replace(
    OF_KVM,
    tables=(
        Table("L0", HOST, lambda s: (s.host, s.vcpu)),
        Table("L1", L1_TITLE, lambda s: (s.vcpu.vmcs12, s.l1)),
        Table("L2", "L2", lambda s: s.l2),
        OBSERVED,
        PROMISED,
    ),
)
