/* The lab's VMM gives the payload a virtual machine: as the first program of a Linux in Bochs, or on a host with KVM. */
#pragma once
#include "../ata.h"

enum { SECTOR = 512, HEADER = 63, PAYLOAD_SECTORS = 62 };

struct header {
    u8 magic[16];
    u32 count, programs, program_sectors, status, outcomes, outcome_sectors;
    u32 kernel, kernel_bytes, files, file_bytes;
};
struct status {
    u8 magic[16];
    u32 done, bytes, ended, error;
};

/* system.c: what a program without a library needs; results below 0 are errors */
long system_call(long number, long a, long b, long c, long d, long e, long f);
void *memory(u64 size);
void copy(void *to, const void *from, u64 count);
void say(const char *what, long number);
void stop(void) __attribute__((noreturn));

/* competing.c: another task that uses the FPU, and what Linux reports of whose registers are loaded */
void competing_begin(void);
u32 competing_exchange(int goes_on); /* The other task has run; what was reported since the last time. */

/* machine.c: a virtual machine whose memory has the image, too */
void machine_run(const char *device, u8 *image, u64 size, void (*looked)(void));
