"""KVM on VMX with one finding each: versions between those of kvm_vmx, for what they alone show."""

from dataclasses import replace

from nestproof.models.kvm.era import V2_6_34
from nestproof.models.linux import i387
from nestproof.models.systems.kvm_vmx import STEPS, system

V2_6_35 = replace(
    system(
        "v2.6.35",
        i387.V3_2,
        replace(V2_6_34, version="v2.6.35", lmsw_clears_pe=False),
        "As v2.6.34, but LMSW does not clear PE (f78e917688ed).",
    ),
    steps=STEPS,
)
