/* The image: in memory below a VMM of the lab's, else the first disk. */
#include "ata.h"
#include "lab.h"

u8 *image;

void disk_read(u32 sector, u32 count, void *to)
{
    if (image)
        copy(to, image + 512ul * sector, 512ul * count);
    else
        ata_read(sector, count, to);
}

void disk_write(u32 sector, u32 count, const void *from)
{
    if (image)
        copy(image + 512ul * sector, from, 512ul * count);
    else
        ata_write(sector, count, from);
}
