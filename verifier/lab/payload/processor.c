/* The processor as every program finds it, outside of VMX. */
#include "lab.h"

enum { OSFXSR = 1 << 9, OSXMMEXCPT = 1 << 10, VMXE = 1 << 13, OSXSAVE = 1 << 18, PKE = 1 << 22, PAE = 1 << 5 };
#define CR0_RUNNING 0x80050033ul /* PG AM WP NE ET MP PE */
#define MP 2ul

u8 gdt[8 * 7] __attribute__((aligned(16)));
u8 task_state[104] __attribute__((aligned(16)));
static u64 idt[2 * 32] __attribute__((aligned(16)));
static u64 cr4;
static u32 xcr0;

static void set_gdt(void)
{
    u64 *entry = (u64 *)gdt, base = (u64)task_state;
    entry[CODE / 8] = 0x00af9b000000ffff;
    entry[DATA / 8] = 0x00cf93000000ffff;
    entry[USER_CODE / 8] = 0x00affb000000ffff;
    entry[USER_DATA / 8] = 0x00cff3000000ffff;
    entry[TASK / 8] = 103 | (base & 0xffffff) << 16 | 0x89ul << 40 | (base >> 24 & 0xff) << 56;
    entry[TASK / 8 + 1] = base >> 32;
    *(u64 *)(task_state + 36) = L2_STACK_0; /* IST1 */
    *(u16 *)(task_state + 102) = 104;
}

/* With a number from 1 on the handler has that stack of the TSS, whatever RSP is. */
void gate(u64 *table, u32 vector, u64 handler, u64 stack)
{
    table[2 * vector] = (handler & 0xffff) | CODE << 16 | stack << 32 | 0x8eul << 40 | (handler >> 16 & 0xffff) << 48;
    table[2 * vector + 1] = handler >> 32;
}

struct __attribute__((packed)) pointer { u16 limit; u64 base; };

void processor_begin(void)
{
    u32 leaf[4];
    set_gdt();
    for (u32 vector = 0; vector < 32; vector++)
        gate(idt, vector, handlers[vector], 0);
    struct pointer g = {8 * 7 - 1, (u64)gdt}, i = {sizeof idt - 1, (u64)idt};
    __asm__ volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(g), "m"(i), "r"(TASK));
    cr4 = PAE | OSFXSR | OSXMMEXCPT;
    cpuid(1, 0, leaf);
    if (leaf[2] >> 5 & 1)
        cr4 |= VMXE;
    if (leaf[2] >> 26 & 1)
        cr4 |= OSXSAVE;
    cpuid(7, 0, leaf);
    if (leaf[2] >> 3 & 1)
        cr4 |= PKE;
    if (cr4 & OSXSAVE) {
        cpuid(13, 0, leaf);
        xcr0 = leaf[0] & 7;
    }
    processor_reset();
}

/* Also after a program that has left TS set, an x87 error pending or some XCR0. MP, which no hypervisor leaves to a
   guest, is changed so that one that L1 has sees all of CR0. */
void processor_reset(void)
{
    static const u32 mxcsr = 0x1f80;
    __asm__ volatile("mov %0, %%cr0; mov %1, %%cr0" : : "r"(CR0_RUNNING & ~MP), "r"(CR0_RUNNING));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
    __asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
    if (xcr0)
        __asm__ volatile("xsetbv" : : "a"(xcr0), "d"(0), "c"(0));
    fill((void *)FPU_IMAGE, 0, 0x1000);
}
