/* Instructions that are run as one. An error of temporal differences is a product, a sum, a difference and a check: reward + discount *
   value, less the value before, a finite number. In one pass what passes through need not be written and read back, and the value may take
   the place of the one before at once (follow.h). What is computed is the same, to the bit. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/contract/wide.h"

/* d = (c + a * b) - e, and with `passes` e = b. Whether some d may be beyond `most`, or no number. Called with `passes` and the strides of a
   and c constants. */
LOOP_INLINE bool error_lanes(const LoopReady *at, bool passes, size_t sa, size_t sc)
{
    LoopReal *d = at->d, *kept = at->h;
    const LoopReal *a = at->a, *b = at->b, *c = at->c, *e = at->e;
    LoopBits beyond = 0;
    LOOP_APART
    for (size_t i = 0; i < at->n; i++) {
        const LoopReal error = (c[i * sc] + a[i * sa] * b[i]) - e[i];
        beyond |= loop_beyond(error, at->most);
        d[i] = error;
        if (passes)
            kept[i] = b[i];
    }
    return loop_any_beyond(beyond);
}

LOOP_INLINE const LoopReady *error(LoopBlock *block, const LoopReady *at, bool passes)
{
    bool beyond;
    if (at->sc)
        beyond = at->sa ? error_lanes(at, passes, 1, 1) : error_lanes(at, passes, 0, 1);
    else
        beyond = at->sa ? error_lanes(at, passes, 1, 0) : error_lanes(at, passes, 0, 0);
    return beyond ? at[3].run(block, at + 3) : at + 4;
}

static const LoopReady *run_error(LoopBlock *block, const LoopReady *at)
{
    return error(block, at, false);
}

static const LoopReady *run_error_passing(LoopBlock *block, const LoopReady *at)
{
    return error(block, at, true);
}

static bool in_memo(const LoopLayout *layout, const uint32_t *code)
{
    for (size_t m = 0; m < layout->memo_count; m++)
        if (code >= layout->memos[m].code && code < layout->memos[m].end)
            return true;
    return false;
}

/* The error whose value is register `value`, and that takes `kept` from it, writes the value there, if that is what a delay line is to have. */
static void pass_on(LoopBlock *block, LoopReady *at, uint32_t value, uint32_t kept)
{
    const LoopLayout *layout = block->layout;
    if (layout->follows[kept] != value || in_memo(layout, at->code))
        return;
    at->h = loop_block_register(block, kept);
    at->run = run_error_passing;
    block->passed[layout->lent[kept] - block->program->register_count] = true;
}

/* Whether instruction `at` is `op` in a flat loop that writes all of the place that the one before has written: what that left there
   nobody finds but this one. No jump leads to it, so that it is only run behind that one. */
static bool goes_on(const LoopReady *at, uint32_t op)
{
    return at->code[0] == op && at->kernel && !at->target && at->n == at[-1].n && at->d == at[-1].d;
}

void loop_ready_fused(LoopBlock *block, LoopReady *at)
{
    const LoopReady *sum = at + 1, *less = at + 2, *check = at + 3;
    if (at->code[0] != LOOP_OP_mul || !at->kernel || at->n == 1 || !(at->sa | at->sb) || !goes_on(sum, LOOP_OP_add) ||
        !goes_on(less, LOOP_OP_sub) || check->code[0] != LOOP_OP_FINITE || check->target || check->a != at->d || check->n != at->n)
        return;
    const bool left = sum->a == at->d; /* the product is the first term */
    const LoopReal *more = left ? sum->b : sum->a;
    if ((left ? sum->a : sum->b) != at->d || more == at->d || less->a != at->d || less->b == at->d || !less->sb)
        return;
    const uint32_t value = at->code[at->sb ? 3 : 2];
    if (!at->sb) { /* the one that stays comes first */
        const LoopReal *stays = at->b;
        at->b = at->a, at->a = stays;
        at->sa = 0;
    }
    at->c = more, at->sc = left ? sum->sb : sum->sa;
    at->e = less->b;
    at->most = check->most;
    at->run = run_error;
    pass_on(block, at, value, less->code[3]);
}
