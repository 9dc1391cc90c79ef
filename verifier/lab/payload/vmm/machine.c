/* A virtual machine in 64-bit mode at the start of the payload, as the boot sector would have it. */
#include "vmm.h"

#include <asm/unistd.h>
#include <linux/kvm.h>

enum { MEMORY = 0x4000000, PAYLOAD = 0x10000, PML4 = 0x70000, LOOK = 0xe9, GIVE = 0xea, COMPETE = 0xeb, ENTRIES = 100 };

static struct { struct kvm_cpuid2 head; struct kvm_cpuid_entry2 entries[ENTRIES]; } features;

static long call(long file, u64 what, void *argument)
{
    long result = system_call(__NR_ioctl, file, what, (long)argument, 0, 0, 0);
    if (result < 0) {
        say("KVM refuses a request of the lab:", result);
        stop();
    }
    return result;
}

/* One gigabyte, mapped to itself, for user mode too. */
static void page_tables(u8 *ram)
{
    u64 *pml4 = (u64 *)(ram + PML4);
    pml4[0] = PML4 + 0x1007;
    pml4[512] = PML4 + 0x2007;
    for (u64 i = 0; i < 512; i++)
        pml4[1024 + i] = i * 0x200000 + 0x87;
}

static void add_memory(long vm, u32 slot, u64 at, void *from, u64 size)
{
    struct kvm_userspace_memory_region region = {slot, 0, at, size, (u64)from};
    call(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

static void set_registers(long cpu)
{
    struct kvm_sregs special;
    struct kvm_regs plain = {.rip = PAYLOAD, .rdi = MEMORY, .rsp = 0x6f000, .rflags = 2};
    struct kvm_segment code = {.selector = 8, .limit = ~0u, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1};
    struct kvm_segment data = {.selector = 16, .limit = ~0u, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1};
    call(cpu, KVM_GET_SREGS, &special);
    special.cs = code;
    special.ds = special.es = special.fs = special.gs = special.ss = data;
    special.cr0 = 0x80000011;
    special.cr3 = PML4;
    special.cr4 = 0x20;
    special.efer = 0x500;
    call(cpu, KVM_SET_SREGS, &special);
    call(cpu, KVM_SET_REGS, &plain);
}

void machine_run(const char *device, u8 *image, u64 size, void (*looked)(void))
{
    long kvm = system_call(__NR_open, (long)device, 2, 0, 0, 0, 0), vm = call(kvm, KVM_CREATE_VM, 0), cpu;
    u8 *ram = memory(MEMORY);
    call(vm, KVM_SET_TSS_ADDR, (void *)0xfffbd000);
    copy(ram + PAYLOAD, image + SECTOR, PAYLOAD_SECTORS * SECTOR);
    page_tables(ram);
    add_memory(vm, 0, 0, ram, MEMORY);
    add_memory(vm, 1, MEMORY, image, (size + 0xfff) & ~0xffful);
    cpu = call(vm, KVM_CREATE_VCPU, 0);
    features.head.nent = ENTRIES;
    call(kvm, KVM_GET_SUPPORTED_CPUID, &features);
    call(cpu, KVM_SET_CPUID2, &features);
    set_registers(cpu);
    long room = call(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    struct kvm_run *run = (void *)system_call(__NR_mmap, 0, room, 3, 1, cpu, 0);
    for (;;) {
        call(cpu, KVM_RUN, 0);
        if (run->exit_reason != KVM_EXIT_IO) {
            say("KVM has left the lab's machine, reason", run->exit_reason);
            say("with the hardware's reason", run->hw.hardware_exit_reason);
            return;
        }
        if (run->io.port == GIVE || run->io.port == COMPETE) {
            *(u32 *)((u8 *)run + run->io.data_offset) = competing_exchange(run->io.port == COMPETE);
            continue;
        }
        looked();
        if (run->io.port != LOOK)
            return;
    }
}
