/* Instructions that are run as one. An error of temporal differences is a product, a sum, a difference and a check: reward + discount *
   value, less the value before, a finite number. In one pass what passes through need not be written and read back. What is computed is
   the same, to the bit. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/contract/wide.h"

/* d = (c + a * b) - e. Whether some d may be beyond `most`, or no number. Called with the strides of a and c constants. */
LOOP_INLINE bool error_lanes(const LoopReady *at, size_t sa, size_t sc)
{
    LoopReal *d = at->d;
    const LoopReal *a = at->a, *b = at->b, *c = at->c, *e = at->e;
    LoopBits beyond = 0;
    LOOP_APART
    for (size_t i = 0; i < at->n; i++) {
        const LoopReal error = (c[i * sc] + a[i * sa] * b[i]) - e[i];
        beyond |= loop_beyond(error, at->most);
        d[i] = error;
    }
    return loop_any_beyond(beyond);
}

static const LoopReady *run_error(LoopBlock *block, const LoopReady *at)
{
    bool beyond;
    if (at->sc)
        beyond = at->sa ? error_lanes(at, 1, 1) : error_lanes(at, 0, 1);
    else
        beyond = at->sa ? error_lanes(at, 1, 0) : error_lanes(at, 0, 0);
    return beyond ? at[3].run(block, at + 3) : at + 4;
}

/* Whether instruction `at` is `op` in a flat loop that writes all of the place that the one before has written: what that left there
   nobody finds but this one. No jump leads to it, so that it is only run behind that one. */
static bool goes_on(const LoopReady *at, uint32_t op)
{
    return at->code[0] == op && at->kernel && !at->target && at->n == at[-1].n && at->d == at[-1].d;
}

void loop_ready_fused(LoopReady *at)
{
    const LoopReady *sum = at + 1, *less = at + 2, *check = at + 3;
    if (at->code[0] != LOOP_OP_mul || !at->kernel || at->n == 1 || !(at->sa | at->sb) || !goes_on(sum, LOOP_OP_add) ||
        !goes_on(less, LOOP_OP_sub) || check->code[0] != LOOP_OP_FINITE || check->target || check->a != at->d || check->n != at->n)
        return;
    const bool left = sum->a == at->d; /* the product is the first term */
    const LoopReal *more = left ? sum->b : sum->a;
    if ((left ? sum->a : sum->b) != at->d || more == at->d || less->a != at->d || less->b == at->d || !less->sb)
        return;
    if (!at->sb) { /* the one that stays comes first */
        const LoopReal *stays = at->b;
        at->b = at->a, at->a = stays;
        at->sa = 0;
    }
    at->c = more, at->sc = left ? sum->sb : sum->sa;
    at->e = less->b;
    at->most = check->most;
    at->run = run_error;
}
