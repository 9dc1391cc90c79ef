/* Loads KVM, gives the payload a machine, and takes the image's status and outcomes back to the disk. */
#include "vmm.h"

#include <asm/unistd.h>

enum { NO_DEVICE = 95 }; /* KVM's module for the other vendor's processors */

static u8 sector[SECTOR];
static struct header header;
static u8 *image;

static void load(const char *file, const char *options)
{
    long opened = system_call(__NR_open, (long)file, 0, 0, 0, 0, 0);
    long result = system_call(__NR_finit_module, opened, (long)options, 0, 0, 0, 0);
    if (result < 0 && result != -NO_DEVICE)
        say(file, result);
}

/* How far the programs have come; at the end all outcomes, and only then that it is the end. */
static void looked(void)
{
    const u8 *status = image + (u64)SECTOR * header.status;
    if (((const struct status *)status)->ended)
        ata_write(header.outcomes, header.outcome_sectors, image + (u64)SECTOR * header.outcomes);
    ata_write(header.status, 1, status);
}

static void run(void)
{
    system_call(__NR_iopl, 3, 0, 0, 0, 0, 0);
    ata_read(HEADER, 1, sector);
    copy(&header, sector, sizeof header);
    u64 before = (u64)header.status * SECTOR, size = (u64)(header.outcomes + header.outcome_sectors) * SECTOR;
    image = memory((size + 0xfff) & ~0xffful);
    ata_read(0, before / SECTOR, image);
    machine_run("/dev/kvm", image, size, looked);
}

/* The first program of a Linux in an emulator. */
static void in_an_emulator(void)
{
    system_call(__NR_mkdir, (long)"/dev", 0755, 0, 0, 0, 0);
    system_call(__NR_mount, (long)"none", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
    load("/irqbypass.ko", "");
    load("/kvm.ko", "");
    load("/kvm-intel.ko", "nested=1");
    load("/kvm-amd.ko", "nested=1");
    competing_begin();
    run();
    stop();
}

static void nothing(void) {}

/* On a machine with KVM: `vmm IMAGE DEVICE`; the image is mapped, so that what is written to it is in the file. */
static long on_a_host(const char *file, const char *device)
{
    enum { READ_WRITE = 2, END = 2, PROTECTION = 3, SHARED = 1 };
    long opened = system_call(__NR_open, (long)file, READ_WRITE, 0, 0, 0, 0);
    long size = system_call(__NR_lseek, opened, 0, END, 0, 0, 0);
    image = (void *)system_call(__NR_mmap, 0, size, PROTECTION, SHARED, opened, 0);
    if (opened < 0 || (long)image < 0) {
        say("the image cannot be mapped:", opened < 0 ? opened : (long)image);
        return 1;
    }
    machine_run(device, image, size, nothing);
    return 0;
}

/* `stack` is as Linux starts a program: how many arguments, then the arguments. */
void begin(long *stack)
{
    if (stack[0] < 3)
        in_an_emulator();
    system_call(__NR_exit_group, on_a_host((const char *)stack[2], (const char *)stack[3]), 0, 0, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
