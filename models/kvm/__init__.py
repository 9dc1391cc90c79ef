"""KVM on VMX: lazy FPU, CR0 emulation and nesting, with eras as data."""
