/* System calls, memory and the console of a program that stands alone. */
#include "vmm.h"

#include <asm/unistd.h>

long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

void *memory(u64 size)
{
    enum { READ_WRITE = 3, SHARED = 1, ANONYMOUS = 0x20 };
    return (void *)system_call(__NR_mmap, 0, size, READ_WRITE, SHARED | ANONYMOUS, -1, 0);
}

void copy(void *to, const void *from, u64 count)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

void say(const char *what, long number)
{
    char digits[20], *at = digits + sizeof digits;
    u64 rest = number < 0 ? -number : number, length = 0;
    while (what[length])
        length++;
    *--at = '\n';
    do
        *--at = '0' + rest % 10;
    while (rest /= 10);
    if (number < 0)
        *--at = '-';
    *--at = ' ';
    system_call(__NR_write, 2, (long)what, length, 0, 0, 0);
    system_call(__NR_write, 2, (long)at, digits + sizeof digits - at, 0, 0, 0);
}

/* The port by which Bochs ends; on a host there is a process to end, whose id is not 1. */
void stop(void)
{
    if (system_call(__NR_getpid, 0, 0, 0, 0, 0, 0) != 1)
        system_call(__NR_exit_group, 1, 0, 0, 0, 0, 0);
    for (const char *word = "Shutdown"; *word; word++)
        __asm__ volatile("outb %0, %1" : : "a"(*word), "d"((u16)0x8900));
    for (;;)
        system_call(__NR_pause, 0, 0, 0, 0, 0, 0);
}
