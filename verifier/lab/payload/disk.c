/* The image: in memory below a VMM of the lab's, else the first ATA disk by programmed input and output. */
#include "lab.h"

enum { ATA = 0x1f0, READ = 0x20, WRITE = 0x30, FLUSH = 0xe7, BUSY = 0x80, ASKS = 0x08 };

u8 *image;

static void wait(u8 for_bits)
{
    u8 status;
    do
        status = in8(ATA + 7);
    while ((status & BUSY) || (status & for_bits) != for_bits);
}

static void command(u32 sector, u32 count, u8 what)
{
    wait(0);
    out8(ATA + 6, 0xe0 | (sector >> 24 & 0x0f));
    out8(ATA + 2, count);
    out8(ATA + 3, sector);
    out8(ATA + 4, sector >> 8);
    out8(ATA + 5, sector >> 16);
    out8(ATA + 7, what);
}

void disk_read(u32 sector, u32 count, void *to)
{
    if (image) {
        copy(to, image + 512ul * sector, 512ul * count);
        return;
    }
    while (count) {
        u32 now = count < 128 ? count : 128;
        command(sector, now, READ);
        for (u32 i = 0; i < now; i++) {
            u64 words = 256;
            wait(ASKS);
            __asm__ volatile("rep insw" : "+D"(to), "+c"(words) : "d"(ATA) : "memory");
        }
        sector += now;
        count -= now;
    }
}

void disk_write(u32 sector, u32 count, const void *from)
{
    if (image) {
        copy(image + 512ul * sector, from, 512ul * count);
        return;
    }
    while (count) {
        u32 now = count < 128 ? count : 128;
        command(sector, now, WRITE);
        for (u32 i = 0; i < now; i++) {
            u64 words = 256;
            wait(ASKS);
            __asm__ volatile("rep outsw" : "+S"(from), "+c"(words) : "d"(ATA) : "memory");
        }
        sector += now;
        count -= now;
    }
    command(0, 0, FLUSH);
    wait(0);
}
