/* A program's acts, one after the other, each with what became of it. */
#include "lab.h"

enum { WRITE = 1, L1_RUN = 2, L2_RUN = 3, L2_RESUME = 4, READ = 5 };
enum { ENDED = 0, FAULT_IN_L1 = 3, VMCALL = 18 };

u64 guest_registers[16];
struct fault fault;
static int launched;

struct __attribute__((packed)) outcome {
    u8 kind, status;
    u16 vector;
    u32 exit_reason;
    u64 qualification;
    u32 interruption, instruction_error;
    u64 rip, pushed_rip;
    u32 pushed_error, entry_interruption;
    u64 guest_cr0, cr0;
    u32 instruction_length, exit_error;
    u64 results[RESULT_COUNT];
};

static int has_error_code(u32 vector) { return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17; }

/* Where a fault in L2 has ended in one of its stubs: which, and what was pushed. */
static void delivered(struct outcome *out)
{
    u64 offset = vmread(0x681e) - L2_STUBS, *stack = (u64 *)vmread(0x681c);
    if (out->exit_reason != VMCALL || offset >= 32 * 16)
        return;
    out->vector = offset / 16;
    if (has_error_code(out->vector))
        out->pushed_error = *stack++;
    out->pushed_rip = *stack - L2_CODE;
}

static void l2(struct outcome *out)
{
    int answer = enter(launched);
    out->cr0 = read_cr0();
    out->status = answer;
    out->instruction_error = answer == 2 ? vmread(0x4400) : 0;
    out->guest_cr0 = vmread(0x6800);
    out->entry_interruption = vmread(0x4016);
    if (answer)
        return;
    out->exit_reason = vmread(0x4402);
    launched |= !(out->exit_reason >> 31);
    out->qualification = vmread(0x6400);
    out->interruption = vmread(0x4404);
    out->exit_error = vmread(0x4406);
    out->instruction_length = vmread(0x440c);
    out->rip = vmread(0x681e) - L2_CODE;
    delivered(out);
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
            code(L2_CODE, body, size, "\x0f\x01\xc1", 3); /* VMCALL */
            vmx_place(user);
        } else {
            vmwrite(0x681e, vmread(0x681e) + *(const u32 *)body);
        }
        l2(out);
    }
    copy(out->results, (void *)RESULTS, sizeof out->results);
}

static void write_fields(const u8 *body, u32 count)
{
    for (u32 i = 0; i < count; i++, body += 12)
        vmwrite(*(const u32 *)body, *(const u64 *)(body + 4));
}

static u32 read_fields(const u8 *body, u32 count, u64 *out)
{
    for (u32 i = 0; i < count; i++, body += 4)
        out[i] = vmread(*(const u32 *)body);
    return 8 * count;
}

u32 run_program(const u8 *program, u8 *outcome)
{
    const u8 *end = program + *(const u16 *)program;
    int user = program[3] & 1;
    u16 acts = 0;
    u32 size = 8;
    launched = 0;
    processor_reset();
    vmx_program(user);
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
