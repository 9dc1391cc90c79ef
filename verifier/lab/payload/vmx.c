/* VMX operation, and one VMCS with all its fields set for every program. */
#include "lab.h"

enum {
    FEATURE_CONTROL = 0x3a, BASIC = 0x480, PIN = 0x481, PRIMARY = 0x482, EXIT = 0x483, ENTRY = 0x484,
    SECONDARY = 0x48b, SECONDARY_CONTROLS = 1u << 31, XSAVES = 1 << 20, LONG = 1 << 9, UNUSABLE = 1 << 16,
};
enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

static u32 revision;
static int stubs_filled;

/* Returns whether the processor is in VMX operation now. */
int vmx_begin(void)
{
    u64 region = VMXON_REGION;
    u32 leaf[4];
    u8 failed;
    cpuid(1, 0, leaf);
    if (!(leaf[2] >> 5 & 1))
        return 0;
    if (!(rdmsr(FEATURE_CONTROL) & 1))
        __asm__ volatile("wrmsr" : : "a"(5), "d"(0), "c"(FEATURE_CONTROL));
    revision = rdmsr(BASIC);
    *(u32 *)region = revision;
    __asm__ volatile("vmxon %1; setbe %0" : "=r"(failed) : "m"(region) : "cc");
    return !failed;
}

static u32 adjusted(u32 msr, u32 wanted)
{
    u64 allowed = rdmsr(msr);
    return (wanted | (u32)allowed) & (u32)(allowed >> 32);
}

static void controls(void)
{
    vmwrite(0x4000, adjusted(PIN, 0));
    u32 primary = adjusted(PRIMARY, SECONDARY_CONTROLS);
    vmwrite(0x4002, primary);
    if (primary & SECONDARY_CONTROLS)
        vmwrite(0x401e, adjusted(SECONDARY, XSAVES));
    vmwrite(0x400c, adjusted(EXIT, LONG));
    vmwrite(0x4012, adjusted(ENTRY, LONG));
    static const u16 zero[] = {0x4004, 0x4006, 0x4008, 0x400a, 0x400e, 0x4010, 0x4014, 0x4016, 0x4018, 0x401a,
                               0x6000, 0x6002, 0x6004, 0x6006};
    for (u32 i = 0; i < sizeof zero / 2; i++)
        vmwrite(zero[i], 0);
}

static void host(void)
{
    u64 cr3;
    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    for (u32 i = 0; i <= 6; i++) /* ES, CS, SS, DS, FS, GS, TR */
        vmwrite(0xc00 + 2 * i, i == CS ? CODE : i == 6 ? TASK : DATA);
    vmwrite(0x6c00, read_cr0());
    vmwrite(0x6c02, cr3);
    vmwrite(0x6c04, read_cr4());
    struct __attribute__((packed)) { u16 limit; u64 base; } idt;
    __asm__ volatile("sidt %0" : "=m"(idt));
    static const u16 zero[] = {0x4c00, 0x6c06, 0x6c08, 0x6c10, 0x6c12};
    for (u32 i = 0; i < sizeof zero / 2; i++)
        vmwrite(zero[i], 0);
    vmwrite(0x6c0a, (u64)task_state);
    vmwrite(0x6c0c, (u64)gdt);
    vmwrite(0x6c0e, idt.base);
}

static void segment(u32 which, u16 selector, u64 base, u32 limit, u32 rights)
{
    vmwrite(0x800 + 2 * which, selector);
    vmwrite(0x4800 + 2 * which, limit);
    vmwrite(0x4814 + 2 * which, rights);
    vmwrite(0x6806 + 2 * which, base);
}

/* L2 at the start of its code, whatever became of it before. */
void vmx_place(int user)
{
    u32 data = user ? USER_DATA : DATA, rights = user ? 0xc0f3 : 0xc093;
    segment(CS, user ? USER_CODE : CODE, 0, ~0u, user ? 0xa0fb : 0xa09b);
    segment(SS, data, 0, ~0u, rights);
    segment(DS, data, 0, ~0u, rights);
    segment(ES, data, 0, ~0u, rights);
    vmwrite(0x681e, L2_CODE);
    vmwrite(0x681c, L2_STACK - 64);
    vmwrite(0x6820, 2);
    vmwrite(0x4824, 0);
    vmwrite(0x4826, 0);
    vmwrite(0x6822, 0);
    fill(guest_registers, 0, sizeof guest_registers);
}

static void guest(int user)
{
    u64 cr3;
    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    vmwrite(0x6800, read_cr0());
    vmwrite(0x6802, cr3);
    vmwrite(0x6804, read_cr4());
    segment(FS, 0, 0, 0, UNUSABLE);
    segment(GS, 0, 0, 0, UNUSABLE);
    segment(LDTR, 0, 0, 0, UNUSABLE);
    segment(TR, TASK, (u64)task_state, 103, 0x8b);
    vmwrite(0x6816, (u64)gdt);
    vmwrite(0x4810, 8 * 7 - 1);
    vmwrite(0x6818, L2_IDT);
    vmwrite(0x4812, 32 * 16 - 1);
    vmwrite(0x681a, 0x400);
    static const u16 zero[] = {0x2802, 0x482a, 0x6824, 0x6826};
    for (u32 i = 0; i < sizeof zero / 2; i++)
        vmwrite(zero[i], 0);
    vmwrite(0x2800, ~0ul);
    vmx_place(user);
}

static void stubs(void)
{
    for (u32 vector = 0; vector < 32; vector++) {
        gate((u64 *)L2_IDT, vector, L2_STUBS + 16 * vector, 1);
        copy((void *)(L2_STUBS + 16ul * vector), "\x0f\x01\xc1", 3); /* VMCALL */
    }
    stubs_filled = 1;
}

void vmx_program(int user)
{
    u64 region = VMCS_REGION;
    if (!stubs_filled)
        stubs();
    fill((void *)region, 0, 0x1000);
    *(u32 *)region = revision & 0x7fffffff;
    __asm__ volatile("vmclear %0; vmptrld %0" : : "m"(region) : "cc", "memory");
    controls();
    host();
    guest(user);
}
