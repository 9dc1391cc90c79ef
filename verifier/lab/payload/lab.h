/* What the parts of the payload share. It knows no instruction and no expectation. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

/* Memory, all of it identity-mapped, for user mode too. */
enum {
    PAGE_TABLES = 0x70000,
    VMXON_REGION = 0x200000,
    VMCS_REGION = 0x201000,
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

int enter(int resume);
int attempt(void *code);

extern u8 *image; /* where it is in memory, below the lab's VMM */
void disk_read(u32 sector, u32 count, void *to);
void disk_write(u32 sector, u32 count, const void *from);

void start_linux(u32 kernel, u32 kernel_bytes, u32 files, u32 file_bytes);

int vmx_begin(void);
void vmx_program(int user);
void vmx_place(int user);
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
static inline u64 vmread(u64 field)
{
    u64 value = 0;
    __asm__ volatile("vmread %1, %0" : "+r"(value) : "r"(field) : "cc");
    return value;
}
static inline void vmwrite(u64 field, u64 value) { __asm__ volatile("vmwrite %1, %0" : : "r"(field), "r"(value) : "cc"); }
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
