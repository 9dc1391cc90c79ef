/* A program's acts, one after the other, each with what became of it. */
#include "lab.h"

enum { WRITE = 1, L1_RUN = 2, L2_RUN = 3, L2_RESUME = 4, READ = 5 };
enum { FAULT_IN_L1 = 3 };

u64 guest_registers[16];
struct fault fault;
const struct extension *extension;
static int stubs_filled;

static int has_error_code(u32 vector) { return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17; }

/* Where a fault in L2 has ended in one of its stubs: which, and what was pushed. */
void delivered(struct outcome *out, u64 rip, u64 rsp)
{
    u64 offset = rip - L2_STUBS, *stack = (u64 *)rsp;
    if (offset >= 32 * 16)
        return;
    out->vector = offset / 16;
    if (has_error_code(out->vector))
        out->pushed_error = *stack++;
    out->pushed_rip = *stack - L2_CODE;
}

static void l1(struct outcome *out)
{
    if (attempt((void *)L1_CODE)) {
        out->status = FAULT_IN_L1;
        out->vector = fault.vector;
        out->pushed_error = fault.error;
        out->pushed_rip = fault.rip - L1_CODE;
    }
    out->cr0 = read_cr0();
}

static void code(u64 place, const u8 *body, u32 size, const void *end, u32 end_size)
{
    copy((void *)place, body, size);
    copy((void *)(place + size), end, end_size);
}

static void act(u8 kind, int user, const u8 *body, u32 size, struct outcome *out)
{
    fill(out, 0, sizeof *out);
    fill((void *)RESULTS, 0x5a, sizeof out->results);
    out->kind = kind;
    out->vector = NO_VECTOR;
    out->pushed_rip = ~0ul;
    if (kind == L1_RUN) {
        code(L1_CODE, body, size, "\xc3", 1); /* RET */
        l1(out);
    } else {
        if (kind == L2_RUN) {
            code(L2_CODE, body, size, extension->leave, 3);
            extension->place(user);
        } else {
            extension->skip(*(const u32 *)body);
        }
        extension->run(out);
    }
    copy(out->results, (void *)RESULTS, sizeof out->results);
}

static void write_fields(const u8 *body, u32 count)
{
    for (u32 i = 0; i < count; i++, body += 12)
        extension->write(*(const u32 *)body, *(const u64 *)(body + 4));
}

static u32 read_fields(const u8 *body, u32 count, u64 *out)
{
    for (u32 i = 0; i < count; i++, body += 4)
        out[i] = extension->read(*(const u32 *)body);
    return 8 * count;
}

/* L2's own handlers leave it. */
static void stubs(void)
{
    for (u32 vector = 0; vector < 32; vector++) {
        gate((u64 *)L2_IDT, vector, L2_STUBS + 16 * vector, 1);
        copy((void *)(L2_STUBS + 16ul * vector), extension->leave, 3);
    }
    stubs_filled = 1;
}

u32 run_program(const u8 *program, u8 *outcome)
{
    const u8 *end = program + *(const u16 *)program;
    int user = program[3] & 1;
    u16 acts = 0;
    u32 size = 8;
    if (!stubs_filled)
        stubs();
    processor_reset();
    extension->program(user);
    *(u32 *)outcome = *(const u32 *)(program + 4);
    for (const u8 *at = program + 8; at + 4 <= end && *at; acts++) {
        u8 kind = at[0], count = at[1];
        u32 length = *(const u16 *)(at + 2);
        const u8 *body = at + 4;
        if (kind == WRITE)
            write_fields(body, count);
        else if (kind == READ)
            size += read_fields(body, count, (u64 *)(outcome + size));
        else {
            act(kind, user, body, length, (struct outcome *)(outcome + size));
            size += sizeof(struct outcome);
        }
        at = body + ((length + 3) & ~3u);
    }
    *(u16 *)(outcome + 4) = acts;
    *(u16 *)(outcome + 6) = size;
    return size;
}
