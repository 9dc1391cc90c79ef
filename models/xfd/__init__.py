"""Extended feature disable: AMX's tile data under Linux and KVM, from v5.17 on."""
