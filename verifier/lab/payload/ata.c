/* The first ATA disk, by programmed input and output; it takes the right to use ports. */
#include "ata.h"

enum { ATA = 0x1f0, READ = 0x20, WRITE = 0x30, FLUSH = 0xe7, BUSY = 0x80, ASKS = 0x08, MOST = 128, WORDS = 256 };

static void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }

static void wait(u8 for_bits)
{
    u8 status;
    do
        __asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((u16)(ATA + 7)));
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

void ata_read(u32 sector, u32 count, void *to)
{
    for (u32 now; count; sector += now, count -= now) {
        now = count < MOST ? count : MOST;
        command(sector, now, READ);
        for (u32 i = 0; i < now; i++) {
            u64 words = WORDS;
            wait(ASKS);
            __asm__ volatile("rep insw" : "+D"(to), "+c"(words) : "d"(ATA) : "memory");
        }
    }
}

void ata_write(u32 sector, u32 count, const void *from)
{
    for (u32 now; count; sector += now, count -= now) {
        now = count < MOST ? count : MOST;
        command(sector, now, WRITE);
        for (u32 i = 0; i < now; i++) {
            u64 words = WORDS;
            wait(ASKS);
            __asm__ volatile("rep outsw" : "+S"(from), "+c"(words) : "d"(ATA) : "memory");
        }
    }
    command(0, 0, FLUSH);
    wait(0);
}
