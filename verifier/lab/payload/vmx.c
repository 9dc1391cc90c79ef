/* VMX: one VMCS, with all its fields set for every program. */
#include "lab.h"

enum {
    FEATURE_CONTROL = 0x3a, BASIC = 0x480, PIN = 0x481, PRIMARY = 0x482, EXIT = 0x483, ENTRY = 0x484,
    SECONDARY = 0x48b, SECONDARY_CONTROLS = 1u << 31, XSAVES = 1 << 20, LONG = 1 << 9, UNUSABLE = 1 << 16, VMCALL = 18,
};
enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

static u32 revision;
static int launched;

static u64 vmread(u64 field)
{
    u64 value = 0;
    __asm__ volatile("vmread %1, %0" : "+r"(value) : "r"(field) : "cc");
    return value;
}

static void vmwrite(u64 field, u64 value) { __asm__ volatile("vmwrite %1, %0" : : "r"(field), "r"(value) : "cc"); }

static u64 read_field(u32 field) { return vmread(field); }
static void write_field(u32 field, u64 value) { vmwrite(field, value); }

/* Returns whether the processor is in VMX operation now. */
static int begin(void)
{
    u64 region = HOST_REGION;
    u32 leaf[4];
    u8 failed;
    cpuid(1, 0, leaf);
    if (!(leaf[2] >> 5 & 1))
        return 0;
    if (!(rdmsr(FEATURE_CONTROL) & 1))
        wrmsr(FEATURE_CONTROL, 5);
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

static void place(int user)
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
    place(user);
}

static void program(int user)
{
    u64 region = GUEST_REGION;
    launched = 0;
    fill((void *)region, 0, 0x1000);
    *(u32 *)region = revision & 0x7fffffff;
    __asm__ volatile("vmclear %0; vmptrld %0" : : "m"(region) : "cc", "memory");
    controls();
    host();
    guest(user);
}

static void skip(u32 bytes) { vmwrite(0x681e, vmread(0x681e) + bytes); }

static void run(struct outcome *out)
{
    int answer = vmx_enter(launched);
    out->cr0 = read_cr0();
    out->status = answer;
    out->instruction_error = answer == 2 ? vmread(0x4400) : 0;
    out->guest_cr0 = vmread(0x6800);
    out->entry_interruption = vmread(0x4016);
    if (answer)
        return;
    out->exit_reason = vmread(0x4402);
    launched |= !(out->exit_reason >> 31);
    out->qualification = vmread(0x6400);
    out->interruption = vmread(0x4404);
    out->exit_error = vmread(0x4406);
    out->instruction_length = vmread(0x440c);
    out->rip = vmread(0x681e) - L2_CODE;
    if (out->exit_reason == VMCALL)
        delivered(out, vmread(0x681e), vmread(0x681c));
}

/* The capability MSRs. */
static void facts(u64 *facts)
{
    for (u32 msr = 0; msr < 12; msr++)
        facts[msr] = rdmsr(BASIC + msr);
}

const struct extension vmx = {
    0, {0x0f, 0x01, 0xc1}, begin, facts, program, place, skip, read_field, write_field, run,
};
