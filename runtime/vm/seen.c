#include "runtime/vm/seen.h"

#include "runtime/rules/runs.h"
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

/* ---- lines that all lanes see ---- */

/* Notes which lines are not 0 now. Whether they are those that are listed, and the same. */
static bool is_listed(LoopReadout *r)
{
    const LoopView x = r->wires.context;
    bool same = loop_lines_seen(r->sees, x.at, x.step, r->wires.reach);
    const uint32_t count = r->single ? 1 : r->begin[LOOP_PARTS];
    for (uint32_t i = 0; same && i < count; i++)
        same = r->active[i].x == x.at[r->active[i].line * x.step];
    return same;
}

/* Whether one bit of some words is 1, and no other: that of *line. */
static bool has_one(const uint64_t *sees, size_t words, uint32_t *line)
{
    uint32_t full = 0;
    uint64_t more = 0;
    for (size_t word = 0; word < words; word++)
        if (sees[word]) {
            full++;
            more |= sees[word] & (sees[word] - 1);
            *line = (uint32_t)(word * LOOP_RUNS_WORD) + (uint32_t)__builtin_ctzll(sees[word]);
        }
    return full == 1 && !more;
}

/* Lists the lines that are not 0, by partial sum; most sums have none. */
static void list(LoopReadout *r)
{
    _Static_assert(LOOP_PARTS == 8, "the lines of a sum are every eighth of a word");
    const uint64_t eighths = 0x0101010101010101; /* those of the first sum */
    const LoopView x = r->wires.context;
    const size_t words = loop_runs_words(r->wires.reach);
    uint64_t together = 0;
    uint32_t count = 0, line = 0;
    r->single = has_one(r->sees, words, &line);
    if (r->single) {
        r->active[0] = (LoopActive){line, x.at[line * x.step]};
        return;
    }
    for (size_t word = 0; word < words; word++)
        together |= r->sees[word];
    for (size_t p = 0; p < LOOP_PARTS; p++) {
        r->begin[p] = count;
        for (size_t word = 0; (together & eighths << p) && word < words; word++)
            for (uint64_t left = r->sees[word] & eighths << p; left; left &= left - 1) {
                line = (uint32_t)(word * LOOP_RUNS_WORD) + (uint32_t)__builtin_ctzll(left);
                r->active[count++] = (LoopActive){line, x.at[line * x.step]};
            }
    }
    r->begin[LOOP_PARTS] = count;
}

bool loop_seen_list(const LoopBlock *block, size_t index)
{
    LoopReadout *r = &block->readouts[index];
    LoopSeen *seen = &block->seen[index];
    const size_t memo = block->layout->loops[index].memo;
    if (memo && block->runs[memo - 1] == seen->run)
        return true;
    seen->run = memo ? block->runs[memo - 1] : 0;
    if (is_listed(r))
        return true;
    list(r);
    return false;
}

/* ---- contexts that are kept ---- */

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
