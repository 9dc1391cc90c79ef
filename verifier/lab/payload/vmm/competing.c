/* Another task that uses the FPU, and Linux's own events of whose registers are loaded. */
#include "vmm.h"

#include <asm/unistd.h>

enum { NO_WAIT = 04000, TEXT = 8192, AREA = 4096, MOST = 0xff };

static int asks[2], answers[2]; /* pipes, each to be read and to be written */
static long events = -1;
static u32 *goes_on; /* in memory that both tasks have */
static int loaded;   /* whether the guest's registers are, by the last event */

static void fill(u8 *to, u8 byte, u64 count)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(byte) : "memory");
}

/* All of x87, SSE and AVX are this task's from here on. */
static void use_fpu(void)
{
    static u8 area[AREA] __attribute__((aligned(64)));
    u32 enabled, high;
    __asm__ volatile("xgetbv" : "=a"(enabled), "=d"(high) : "c"(0));
    enabled &= 7;
    __asm__ volatile("xsave %0" : "+m"(area) : "a"(enabled), "d"(0));
    fill(area + 32, 0xc7, 128 + 256); /* ST and XMM */
    fill(area + 576, 0xc7, 256);      /* the upper halves of YMM */
    *(u64 *)(area + 512) = enabled;
    __asm__ volatile("xrstor %0" : : "m"(area), "a"(enabled), "d"(0));
}

static void compete(void)
{
    for (u8 byte; system_call(__NR_read, asks[0], (long)&byte, 1, 0, 0, 0) == 1;) {
        use_fpu();
        system_call(__NR_write, answers[1], (long)&byte, 1, 0, 0, 0);
        while (byte && *(volatile u32 *)goes_on) /* without `byte`, the next request may have set it already */
            use_fpu();
    }
    system_call(__NR_exit_group, 0, 0, 0, 0, 0, 0);
}

static void put(const char *file, const char *text)
{
    long opened = system_call(__NR_open, (long)file, 1, 0, 0, 0, 0), size = 0;
    while (text[size])
        size++;
    if (system_call(__NR_write, opened, (long)text, size, 0, 0, 0) != size)
        say(file, opened);
    system_call(__NR_close, opened, 0, 0, 0, 0, 0);
}

void competing_begin(void)
{
    system_call(__NR_mkdir, (long)"/trace", 0755, 0, 0, 0, 0);
    system_call(__NR_mount, (long)"none", (long)"/trace", (long)"tracefs", 0, 0, 0);
    put("/trace/set_event_pid", "1");
    put("/trace/events/kvm/kvm_fpu/enable", "1");
    put("/trace/events/x86_fpu/x86_fpu_regs_deactivated/enable", "1");
    events = system_call(__NR_open, (long)"/trace/trace_pipe", NO_WAIT, 0, 0, 0, 0);
    goes_on = memory(AREA);
    system_call(__NR_pipe, (long)asks, 0, 0, 0, 0, 0);
    system_call(__NR_pipe, (long)answers, 0, 0, 0, 0, 0);
    if (system_call(__NR_fork, 0, 0, 0, 0, 0, 0) == 0)
        compete();
}

static int has(const char *line, const char *end, const char *word)
{
    for (; line < end; line++) {
        const char *at = line, *next = word;
        while (at < end && *next && *at == *next)
            at++, next++;
        if (!*next)
            return 1;
    }
    return 0;
}

/* How often KVM has put the guest's registers away, and how often Linux did while KVM had them loaded. */
static u32 reported(void)
{
    static char text[TEXT];
    u32 unloaded = 0, switched = 0;
    for (long size; (size = system_call(__NR_read, events, (long)text, TEXT, 0, 0, 0)) > 0;)
        for (const char *line = text, *end = text, *all = text + size; line < all; line = ++end) {
            while (end < all && *end != '\n')
                end++;
            if (has(line, end, "kvm_fpu: unload")) {
                unloaded++;
                loaded = 0;
            } else if (has(line, end, "kvm_fpu: load")) {
                loaded = 1;
            } else if (loaded && has(line, end, "fpu_regs_deactivated")) {
                switched++;
            }
        }
    return (unloaded < MOST ? unloaded : MOST) | (switched < MOST ? switched : MOST) << 8;
}

u32 competing_exchange(int now_on)
{
    u8 byte = now_on;
    if (events < 0)
        return 0;
    u32 found = reported();
    *goes_on = now_on;
    system_call(__NR_write, asks[1], (long)&byte, 1, 0, 0, 0);
    system_call(__NR_read, answers[0], (long)&byte, 1, 0, 0, 0);
    return found;
}
