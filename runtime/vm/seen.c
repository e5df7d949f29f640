#include "runtime/vm/seen.h"

#include "runtime/vm/turn.h"

#include <string.h>

/* ---- ahead of all blocks ---- */

/* Notes in written[] that an instruction at place `at` writes registers: its own, and those of a loop that it is about. */
static void note_written(const LoopProgram *program, const uint32_t *code, uint32_t at, uint32_t *written)
{
    const char *operands = loop_op_info(code[0])->operands;
    for (size_t i = 0; operands[i]; i++) {
        if (operands[i] == 'd' || operands[i] == 'h')
            written[code[1 + i]] = at;
        if (operands[i] != 'l')
            continue;
        const LoopLoop *loop = &program->loops[code[1 + i]];
#define IN(member)
#define OUT(member) loop->member,
        const uint32_t out[] = {
#include "runtime/contract/loop_member.def"
        };
#undef IN
#undef OUT
        for (size_t o = 0; o < sizeof out / sizeof out[0]; o++)
            if (out[o] < program->register_count)
                written[out[o]] = at;
    }
}

bool loop_seen_find(LoopLayout *layout, const LoopProgram *program)
{
    const LoopSection *section = &program->step;
    uint32_t *written = loop_alloc_array(program->register_count, sizeof *written); /* the last place that does, counted from 1, */
    uint32_t *read = loop_alloc_array(program->loop_count, sizeof *read);           /* and that where the loop is read out */
    const bool ok = written && read;
    for (uint32_t pc = 0; ok && pc < section->length; pc += loop_op_info(section->code[pc])->words) {
        const uint32_t *code = section->code + pc;
        if (code[0] == LOOP_OP_VALUE)
            read[code[1]] = pc + 1;
        if (code[0] == LOOP_OP_LEARN) {
            const LoopLoop *loop = &program->loops[code[1]];
            layout->loops[code[1]].looks_once = loop->credit_context == loop->context && written[loop->context] < read[code[1]];
        }
        note_written(program, code, pc + 1, written);
    }
    loop_free(written);
    loop_free(read);
    return ok;
}

/* ---- step by step ---- */

void loop_seen_start(LoopBlock *block, size_t index)
{
    const LoopLoopPlace *place = &block->layout->loops[index];
    LoopReal *last = place->seen == LOOP_UNSEEN ? NULL : block->state + place->seen;
    LoopReal *next = place->late == LOOP_UNSEEN ? last : block->state + place->next;
    block->seen[index] = (LoopSeen){.stale = true, .step = UINT64_MAX, .run = UINT64_MAX, .last = last, .next = next};
}

LoopView loop_seen_view(const LoopBlock *block, size_t index, LoopReal *at, LoopBundle bundle)
{
    const LoopLoop *loop = &block->program->loops[index];
    if (block->program->registers[loop->context].uniform)
        return (LoopView){at, 1, 0};
    if (block->late[index].turned)
        return (LoopView){at + bundle.first * loop->lines, 1, loop->lines};
    return (LoopView){at + bundle.first * loop->lines, bundle.lanes, 1};
}

/* Whether rows of `n` numbers are those of a matrix with `lanes` columns. */
static inline bool same_rows(const LoopReal *kept, const LoopReal *now, size_t rows, size_t n, size_t lanes)
{
    if (n == lanes)
        return memcmp(kept, now, rows * n * sizeof *kept) == 0;
    for (size_t j = 0; j < rows; j++)
        if (memcmp(kept + j * n, now + j * lanes, n * sizeof *kept) != 0)
            return false;
    return true;
}

static inline void keep_rows(LoopReal *restrict kept, const LoopReal *restrict now, size_t rows, size_t n, size_t lanes)
{
    if (n == lanes)
        memcpy(kept, now, rows * n * sizeof *kept);
    for (size_t j = 0; n != lanes && j < rows; j++)
        memcpy(kept + j * n, now + j * lanes, n * sizeof *kept);
}

bool loop_seen_same(const LoopBlock *block, size_t index)
{
    const LoopLoop *loop = &block->program->loops[index];
    const LoopSeen *seen = &block->seen[index];
    const size_t memo = block->layout->loops[index].memo, lanes = loop_block_lanes(block, loop->context);
    const LoopReal *now = loop_block_register(block, loop->context);
    if (!seen->last || seen->stale)
        return false;
    if (memo)
        return block->runs[memo - 1] == seen->run;
    if (lanes == 1)
        return same_rows(seen->last, now, loop->lines, 1, 1);
    if (block->late[index].turned) {
        loop_turn(seen->next, loop->lines, now, lanes, loop->lines, lanes);
        return memcmp(seen->last, seen->next, loop->lines * lanes * sizeof *now) == 0;
    }
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b))
        if (!same_rows(seen->last + b.first * loop->lines, now + b.first, loop->lines, b.lanes, lanes))
            return false;
    return true;
}

void loop_seen_keep(LoopBlock *block, size_t index)
{
    const LoopLoop *loop = &block->program->loops[index];
    LoopSeen *seen = &block->seen[index];
    const size_t memo = block->layout->loops[index].memo, lanes = loop_block_lanes(block, loop->context);
    const LoopReal *now = loop_block_register(block, loop->context);
    seen->run = memo ? block->runs[memo - 1] : 0;
    if (lanes == 1)
        keep_rows(seen->next, now, loop->lines, 1, 1);
    else if (block->late[index].turned)
        loop_turn(seen->next, loop->lines, now, lanes, loop->lines, lanes);
    else
        for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
            LoopReal *next = seen->next + b.first * loop->lines;
            if (b.lanes == LOOP_BUNDLE) /* a length that the compiler knows */
                keep_rows(next, now + b.first, loop->lines, LOOP_BUNDLE, lanes);
            else
                keep_rows(next, now + b.first, loop->lines, b.lanes, lanes);
        }
}

void loop_seen_turn(LoopBlock *block, size_t index)
{
    LoopSeen *seen = &block->seen[index];
    LoopReal *last = seen->next;
    seen->next = seen->last;
    seen->last = last;
}
