"""The x86 layer: which instruction completes, faults or leaves the guest, and what that changes.

On plain values it is an interpreter for other programs, too: a CPU in, an outcome out, the rest
in the CPU afterwards. A guest whose TS the hypervisor keeps set, while it reads TS as it wrote it:

>>> from nestproof.models.x86.cr0 import NO_BITS, Cr0, running
>>> from nestproof.models.x86.fpu import SpecialClass
>>> from nestproof.models.x86.instructions import Instruction, Location
>>> from nestproof.models.x86.numbers import EXIT_REASONS, cr0_of, exit_qualification, number_of
>>> from nestproof.models.x86.vmcs import Vmcs, VmcsName
>>> from nestproof.models.x86.vmx import VmxCpu
>>> from nestproof.models.x86.vmx_instructions import execute, execute_special, read_cr0
>>> vmcs = Vmcs(cr0_mask=Cr0(ts=True), cr0_shadow=Cr0(ts=False), exception_bitmap_nm=True)
>>> cpu = VmxCpu(cr0=running(mp=True, em=False, ts=True), non_root=True)
>>> cpu.vmcss[VmcsName.VMCS01] = vmcs

It reads TS as 0, and CLTS completes without any effect, as there is nothing to clear:

>>> hex(number_of(cpu.cr0)), hex(number_of(read_cr0(cpu)))
('0x8005003b', '0x80050033')
>>> execute(cpu, Instruction.CLTS, NO_BITS), cpu.cr0.ts
(<Outcome.DONE: 'done'>, True)

An LMSW from memory that would set TS leaves the guest, with an exit reason and a qualification:

>>> execute(cpu, Instruction.LMSW, cr0_of(0x9), Location.MEMORY)
<Outcome.EXIT: 'VM exit'>
>>> EXIT_REASONS[cpu.vmcs.exit_reason], hex(exit_qualification(cpu.vmcs))
(28, '0x90070')

So does an FPU instruction, through the exception bitmap:

>>> cpu.cr0, cpu.non_root = cr0_of(0x8005003B), True
>>> execute(cpu, Instruction.SSE, NO_BITS), EXIT_REASONS[cpu.vmcs.exit_reason]
(<Outcome.EXIT: 'VM exit'>, 0)

Instructions that no guest of the catalogue executes have classes of their own:

>>> execute_special(cpu, SpecialClass.XGETBV)
<Outcome.DONE: 'done'>
"""
