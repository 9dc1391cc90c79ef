/* Reads the programs from the image, runs them, and writes what became of them. */
#include "lab.h"

enum { HEADER = 63, LARGEST = 0x2000, ENDED = 0x646e65, NOT_THERE = 1, TOO_MANY = 2, OTHER_MACHINE = 3 };

struct header {
    u8 magic[16];
    u32 count, programs, program_sectors, status, outcomes, outcome_sectors;
    u32 kernel, kernel_bytes, files, file_bytes; /* 0 where no kernel is to run the programs */
    u8 rest[512 - 56];
};
struct status {
    u8 magic[16];
    u32 done, bytes, ended, error;
    u64 checksum, facts[16];
    u8 rest[512 - 168];
};

static struct header header;
static struct status status;
static u32 kept; /* bytes of outcomes that are not on the disk yet */

static void facts(void)
{
    u32 leaf[4];
    cpuid(1, 0, leaf);
    status.facts[0] = (u64)leaf[2] << 32 | leaf[0];
    cpuid(7, 0, leaf);
    status.facts[1] = (u64)leaf[2] << 32 | leaf[1];
    cpuid(13, 1, leaf);
    status.facts[2] = leaf[0];
    cpuid(0x80000001, 0, leaf);
    status.facts[3] = leaf[2];
    if (extension)
        extension->facts(status.facts + 4);
}

/* Below the lab's VMM the port lets it look at the image. */
static void put_status(void)
{
    disk_write(header.status, 1, &status);
    if (image)
        out8(0xe9, 0);
}

/* Writes whole sectors; the rest stays at the beginning of the buffer. */
static int flush(int everything)
{
    u32 sectors = (kept + (everything ? 511 : 0)) / 512, before = (status.bytes - kept) / 512;
    if (before + sectors > header.outcome_sectors)
        return 0;
    if (sectors)
        disk_write(header.outcomes + before, sectors, (void *)OUTCOMES);
    if (everything)
        return 1;
    copy((void *)OUTCOMES, (u8 *)OUTCOMES + 512ul * sectors, kept % 512);
    kept %= 512;
    return 1;
}

static void add(const u8 *bytes, u32 size)
{
    for (u32 i = 0; i < size; i += 4)
        status.checksum = status.checksum * 31 + *(const u32 *)(bytes + i);
}

static int run(void)
{
    const u8 *program = (const u8 *)PROGRAMS;
    for (; status.done < header.count; status.done++) {
        u8 *outcome = (u8 *)OUTCOMES + kept;
        if (program[2] != extension->machine)
            return OTHER_MACHINE;
        u32 size = run_program(program, outcome);
        add(outcome, size);
        kept += size;
        status.bytes += size;
        program += *(const u16 *)program;
        if (kept > CHUNK && !flush(0))
            return TOO_MANY;
        if (status.done % 256 == 0)
            put_status();
    }
    return flush(1) ? 0 : TOO_MANY;
}

static void stop(void)
{
    for (const char *word = "Shutdown"; *word; word++)
        out8(0x8900, *word);
    out8(0xf4, 0);
}

void main(u8 *image_in_memory)
{
    image = image_in_memory;
    disk_read(HEADER, 1, &header);
    if (header.kernel && !image)
        start_linux(header.kernel, header.kernel_bytes, header.files, header.file_bytes);
    copy(status.magic, header.magic, sizeof status.magic);
    disk_read(header.programs, header.program_sectors, (void *)PROGRAMS);
    processor_begin();
    extension = vmx.begin() ? &vmx : svm.begin() ? &svm : 0;
    facts();
    status.error = extension ? run() : NOT_THERE;
    status.ended = ENDED;
    put_status();
    stop();
}
