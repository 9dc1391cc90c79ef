/* What the parts of the payload share. It knows no instruction and no expectation. */
#pragma once
#include "types.h"

/* Memory, all of it identity-mapped, for user mode too. */
enum {
    PAGE_TABLES = 0x70000,
    HOST_REGION = 0x200000, /* for VMXON, or what VMRUN saves */
    GUEST_REGION = 0x201000, /* the VMCS or VMCB */
    L2_CODE = 0x202000,
    RESULTS = 0x203000,
    L2_STACK = 0x205000, /* its end */
    L2_IDT = 0x206000,
    L2_STUBS = 0x207000,
    L2_STACK_0 = 0x209000, /* the end of that for faults */
    OPERANDS = 0x20b000,
    FPU_IMAGE = 0x209000,
    L1_CODE = 0x20a000,
    OUTCOMES = 0x800000,
    PROGRAMS = 0x1000000,
};

enum { CODE = 0x08, DATA = 0x10, USER_CODE = 0x1b, USER_DATA = 0x23, TASK = 0x28 };
enum { CHUNK = 0x10000, RESULT_COUNT = 7, NO_VECTOR = 0xffff };

struct fault { u64 vector, error, rip; };

extern u64 guest_registers[16];
extern struct fault fault;
extern u64 handlers[32];
extern u8 gdt[], task_state[];

/* What became of an act that runs code. */
struct __attribute__((packed)) outcome {
    u8 kind, status;
    u16 vector;
    u32 exit_reason;
    u64 qualification;
    u32 interruption, instruction_error;
    u64 rip, pushed_rip;
    u32 pushed_error, entry_interruption;
    u64 guest_cr0, cr0;
    u32 instruction_length, exit_error;
    u64 results[RESULT_COUNT];
};

/* How L1 makes a guest and runs it: VMX or SVM. */
struct extension {
    u8 machine;
    u8 leave[3]; /* the instruction by which L2 leaves */
    int (*begin)(void); /* whether the processor is ready now */
    void (*facts)(u64 *facts);
    void (*program)(int user);
    void (*place)(int user); /* L2 at the start of its code, whatever became of it before */
    void (*skip)(u32 bytes);
    u64 (*read)(u32 field);
    void (*write)(u32 field, u64 value);
    void (*run)(struct outcome *out); /* enters L2, and describes how it has left */
};
extern const struct extension vmx, svm;
extern const struct extension *extension; /* that of the processor */

int vmx_enter(int resume);
void svm_enter(u64 vmcb);
int attempt(void *code);
void delivered(struct outcome *out, u64 rip, u64 rsp);

extern u8 *image; /* where it is in memory, below the lab's VMM */
void disk_read(u32 sector, u32 count, void *to);
void disk_write(u32 sector, u32 count, const void *from);

void start_linux(u32 kernel, u32 kernel_bytes, u32 files, u32 file_bytes);

void processor_reset(void);
void gate(u64 *table, u32 vector, u64 handler, u64 stack);
void processor_begin(void);

/* Runs the acts of one program; returns the size of its outcome. */
u32 run_program(const u8 *program, u8 *outcome);

static inline void fill(void *to, u8 byte, u64 count)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(byte) : "memory");
}
static inline void copy(void *to, const void *from, u64 count)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}
static inline void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline u8 in8(u16 port)
{
    u8 value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
static inline u64 rdmsr(u32 number)
{
    u32 low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (u64)high << 32 | low;
}
static inline void wrmsr(u32 number, u64 value)
{
    __asm__ volatile("wrmsr" : : "a"((u32)value), "d"((u32)(value >> 32)), "c"(number));
}
static inline u64 read_cr0(void)
{
    u64 value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}
static inline u64 read_cr4(void)
{
    u64 value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}
static inline void cpuid(u32 leaf, u32 sub, u32 *out)
{
    __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(sub));
}
