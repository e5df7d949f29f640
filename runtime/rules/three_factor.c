/* Three-factor learning: presynaptic activity and the loop's own credit make a synapse eligible, dopamine then moves
   its weight. With credit 1 and a decay of discount * lambda it is TD(lambda): Sutton 1988, Montague, Dayan and
   Sejnowski 1996; with the chosen channel's credit, the actor of Barto, Sutton and Anderson 1983. */
#include "runtime/rules/synapses.h"

/* Some lanes of all rows. Where push or e is 0 nothing moves, though the other one may be infinite. */
LOOP_INLINE void move_strip(const LoopSynapses *s, size_t l, size_t vectors, LoopWideMask kept)
{
    const size_t n = s->n, rows = s->rows;
    LoopReal *w = s->w + l;
    const LoopReal *e = s->e + l;
    LoopWide push[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        push[i] = loop_wide(s->push + l + i * LOOP_WIDE);
    for (size_t r = 0; r < rows; r++, w += n, e += n)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide trace = loop_wide(e + i * LOOP_WIDE), old = loop_wide(w + i * LOOP_WIDE);
            LoopWideMask both = loop_wide_different(push[i], (LoopWide){0}) & loop_wide_different(trace, (LoopWide){0});
            loop_wide_put(w + i * LOOP_WIDE, loop_wide_select(kept, old, old + loop_wide_where(both, push[i] * trace)));
        }
}

/* Synapses of one lane, which may be many and come from memory; asked for that many bytes ahead if `ahead`, a constant. */
LOOP_INLINE void move_lane(const LoopSynapses *s, size_t bytes, bool ahead)
{
    const LoopReal push = s->push[0];
    LoopReal *w = s->w, *next = w + bytes / sizeof *w;
    const LoopReal *e = s->e;
    size_t i = 0;
    if (push == 0)
        return;
    LOOP_UNROLL(4)
    for (; i + LOOP_WIDE <= s->n; i += LOOP_WIDE) {
        if (ahead)
            __builtin_prefetch(next + i, 1);
        LoopWide trace = loop_wide(e + i);
        loop_wide_put(w + i, loop_wide(w + i) + loop_wide_where(loop_wide_different(trace, (LoopWide){0}), push * trace));
    }
    for (; i < s->n; i++)
        w[i] += e[i] != 0 ? push * e[i] : 0;
}

static inline void move(const LoopRuleCall *call, const LoopSynapses *s, size_t step)
{
    LoopReal *restrict w = s->w;
    const LoopReal *restrict e = s->e, *restrict push = s->push;
#define MOVE(l, vectors, kept) move_strip(s, l, vectors, kept)
    if (!step && call->wires.ahead)
        move_lane(s, call->wires.ahead, true);
    else if (!step)
        move_lane(s, 0, false);
    else if (s->n >= LOOP_WIDE)
        LOOP_STRIPS(s->n, MOVE);
    else
        for (size_t r = 0; r < s->rows; r++, w += s->n, e += s->n)
            for (size_t i = 0; i < s->n; i++)
                w[i] += ((push[i] != 0) & (e[i] != 0)) ? push[i] * e[i] : 0;
#undef MOVE
}

static void step(const LoopRuleCall *call)
{
    loop_synapses_move(call, move, true);
}

const LoopRule loop_rule_three_factor = {
    .name = "three_factor",
    .doc = "w += rate * D * e, then e = trace * e + credit * propose * u * x, where D is the dopamine signal times `burst` "
           "when positive and times `dip` when negative. Sutton 1988; Montague, Dayan and Sejnowski 1996.",
    .adds = true,
    .step = step,
};
