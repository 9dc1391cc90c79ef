/* Starts the Linux kernel that is on the image, with its initial files: the 64-bit boot protocol. */
#include "lab.h"

enum {
    ZERO_PAGE = 0x90000, COMMAND_LINE = 0x91000, KERNEL = 0x1000000, INITIAL_FILES = 0x8000000,
    HEADER_AT = 0x1f1, ENTRY_64 = 0x200, USABLE = 1, ACPI_DATA = 3, ACPI_ROOM = 0x100000,
};

static const char words[] = "quiet nokaslr mitigations=off panic=-1 console=ttyS0 no_timer_check";

struct __attribute__((packed)) range { u64 from, size; u32 kind; };

static u64 flat[4] = {0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff};

/* The CMOS has the memory above 16 MB in pieces of 64 KB. */
static u64 memory(void)
{
    out8(0x70, 0x34);
    u64 low = in8(0x71);
    out8(0x70, 0x35);
    return 0x1000000 + ((u64)in8(0x71) << 8 | low) * 0x10000;
}

static void describe_memory(u8 *zero_page)
{
    u64 end = memory() - ACPI_ROOM;
    struct range ranges[3] = {
        {0, 0x9f000, USABLE}, {0x100000, end - 0x100000, USABLE}, {end, ACPI_ROOM, ACPI_DATA}};
    copy(zero_page + 0x2d0, ranges, sizeof ranges);
    zero_page[0x1e8] = 3;
}

void start_linux(u32 kernel, u32 kernel_bytes, u32 files, u32 file_bytes)
{
    u8 *zero_page = (u8 *)ZERO_PAGE, *whole = (u8 *)INITIAL_FILES;
    disk_read(kernel, (kernel_bytes + 511) / 512, whole);
    u32 setup = (whole[HEADER_AT] ? whole[HEADER_AT] : 4) * 512 + 512;
    fill(zero_page, 0, 0x1000);
    copy(zero_page + HEADER_AT, whole + HEADER_AT, 0x11 + whole[0x201]);
    copy((void *)KERNEL, whole + setup, kernel_bytes - setup);
    disk_read(files, (file_bytes + 511) / 512, whole);
    copy((void *)COMMAND_LINE, words, sizeof words);
    zero_page[0x210] = 0xff; /* a loader without a number */
    *(u32 *)(zero_page + 0x218) = INITIAL_FILES;
    *(u32 *)(zero_page + 0x21c) = file_bytes;
    *(u32 *)(zero_page + 0x228) = COMMAND_LINE;
    describe_memory(zero_page);
    struct __attribute__((packed)) { u16 limit; u64 base; } g = {sizeof flat - 1, (u64)flat};
    __asm__ volatile("lgdt %0; mov %1, %%ds; mov %1, %%es; mov %1, %%ss" : : "m"(g), "r"(0x18));
    __asm__ volatile("push $0x10; push %0; lretq" : : "r"((u64)KERNEL + ENTRY_64), "S"(zero_page) : "memory");
    __builtin_unreachable();
}
