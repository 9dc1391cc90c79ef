/* The first ATA disk: of the payload, and of the VMM, for which Linux loads no driver. */
#pragma once
#include "types.h"

void ata_read(u32 sector, u32 count, void *to);
void ata_write(u32 sector, u32 count, const void *from);
