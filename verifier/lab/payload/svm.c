/* SVM: one VMCB, with all its fields set for every program. A field is its offset, with its bytes in bits 31:16. */
#include "lab.h"

enum {
    EFER = 0xc0000080, VM_HSAVE_PA = 0xc0010117, SVME = 1 << 12, LMA = 1 << 10, LME = 1 << 8, SVM_FEATURE = 2,
    WIDTH_8 = 8 << 16, WIDTH_4 = 4 << 16, WIDTH_2 = 2 << 16, WIDTH_1 = 1 << 16, OFFSET = 0xffff, VMMCALL = 0x81,
    TASK_SWITCHES = 1 << 29, SHUTDOWNS = 1u << 31, OF_INTERRUPTS = 0xf, VMRUNS_AND_VMMCALLS = 3,
};

static u8 *const vmcb = (u8 *)GUEST_REGION;

static u64 read_field(u32 field)
{
    const u8 *at = vmcb + (field & OFFSET);
    switch (field & ~OFFSET) {
    case WIDTH_1: return *at;
    case WIDTH_2: return *(const u16 *)at;
    case WIDTH_4: return *(const u32 *)at;
    default: return *(const u64 *)at;
    }
}

static void write_field(u32 field, u64 value) { copy(vmcb + (field & OFFSET), &value, field >> 16); }

static int begin(void)
{
    u32 leaf[4];
    cpuid(0x80000001, 0, leaf);
    if (!(leaf[2] >> SVM_FEATURE & 1))
        return 0;
    wrmsr(EFER, rdmsr(EFER) | SVME);
    wrmsr(VM_HSAVE_PA, HOST_REGION);
    return 1;
}

/* Of CPUID's leaf of SVM what there is besides. */
static void facts(u64 *facts)
{
    u32 leaf[4];
    cpuid(0x8000000a, 0, leaf);
    facts[0] = leaf[3];
}

static void segment(u32 at, u16 selector, u16 rights, u32 limit, u64 base)
{
    write_field(WIDTH_2 | at, selector);
    write_field(WIDTH_2 | (at + 2), rights);
    write_field(WIDTH_4 | (at + 4), limit);
    write_field(WIDTH_8 | (at + 8), base);
}

/* Also what a VMRUN that is refused leaves undefined: emulators save the host's descriptor tables then. */
static void place(int user)
{
    u32 data = user ? USER_DATA : DATA, rights = user ? 0xcf3 : 0xc93;
    segment(0x400, data, rights, ~0u, 0); /* ES, CS, SS, DS */
    segment(0x410, user ? USER_CODE : CODE, user ? 0xafb : 0xa9b, ~0u, 0);
    segment(0x420, data, rights, ~0u, 0);
    segment(0x430, data, rights, ~0u, 0);
    segment(0x460, 0, 0, 8 * 7 - 1, (u64)gdt);
    segment(0x480, 0, 0, 32 * 16 - 1, L2_IDT);
    write_field(WIDTH_1 | 0x4cb, user ? 3 : 0);
    write_field(WIDTH_8 | 0x578, L2_CODE);
    write_field(WIDTH_8 | 0x5d8, L2_STACK - 64);
    write_field(WIDTH_8 | 0x570, 2);
    write_field(WIDTH_8 | 0x5f8, 0);
    write_field(WIDTH_8 | 0x68, 0); /* no interrupt shadow */
    fill(guest_registers, 0, sizeof guest_registers);
}

static void program(int user)
{
    u64 cr3;
    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    fill(vmcb, 0, 0x1000);
    write_field(WIDTH_4 | 0xc, TASK_SWITCHES | SHUTDOWNS | OF_INTERRUPTS);
    write_field(WIDTH_4 | 0x10, VMRUNS_AND_VMMCALLS);
    write_field(WIDTH_4 | 0x58, 1); /* ASID */
    segment(0x490, TASK, 0x8b, 103, (u64)task_state);
    write_field(WIDTH_8 | 0x4d0, SVME | LMA | LME);
    write_field(WIDTH_8 | 0x548, read_cr4());
    write_field(WIDTH_8 | 0x550, cr3);
    write_field(WIDTH_8 | 0x558, read_cr0());
    write_field(WIDTH_8 | 0x560, 0x400);
    write_field(WIDTH_8 | 0x568, 0xffff0ff0);
    write_field(WIDTH_8 | 0x668, 0x0007040600070406); /* PAT, for nested paging, which is off */
    place(user);
}

static void skip(u32 bytes) { write_field(WIDTH_8 | 0x578, read_field(WIDTH_8 | 0x578) + bytes); }

static void run(struct outcome *out)
{
    svm_enter(GUEST_REGION);
    out->cr0 = read_cr0();
    out->guest_cr0 = read_field(WIDTH_8 | 0x558);
    out->entry_interruption = read_field(WIDTH_4 | 0xa8);
    out->exit_reason = read_field(WIDTH_4 | 0x70);
    out->qualification = read_field(WIDTH_8 | 0x78);
    out->interruption = read_field(WIDTH_4 | 0x88);
    out->exit_error = read_field(WIDTH_4 | 0x80);
    out->rip = read_field(WIDTH_8 | 0x578) - L2_CODE;
    if (out->exit_reason == VMMCALL)
        delivered(out, read_field(WIDTH_8 | 0x578), read_field(WIDTH_8 | 0x5d8));
}

const struct extension svm = {
    1, {0x0f, 0x01, 0xd9}, begin, facts, program, place, skip, read_field, write_field, run,
};
