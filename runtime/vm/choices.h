/* The choices of a step: what the loops that choose (kernels_choose.c) and the ways of selecting (selections.h) have in common. Rows of
   values are read where they lie, and what is behind their last lane means nothing; odds are scratch. */
#ifndef LOOP_CHOICES_H
#define LOOP_CHOICES_H

#include "runtime/contract/wide.h"
#include "runtime/vm/vm.h"

/* One row of lanes for each channel; that of channel k begins at k * pitch. */
typedef struct LoopRows {
    LoopReal *at;
    size_t pitch;
} LoopRows;

/* The choices of a step, in lanes first .. first + n - 1. Single rows are [width], scratch, and what is behind the n-th lane
   means nothing. */
typedef struct LoopChoices {
    LoopBlock *block;
    const LoopLoop *loop;
    LoopRngKeys keys;
    size_t index, first, n, channels; /* the loop's number, the lanes, its channels */
    size_t width;                     /* n, up to whole vectors */
    LoopView value, parameter;
    LoopRows drive;    /* V + bias: scratch, or the values themselves, which are not written */
    LoopRows odds;     /* how likely each channel is taken, where channels are independent; else scratch for a strip */
    LoopRows open;     /* > 0 where proposed; NULL: all are */
    LoopRows choice;   /* where it writes which channel is taken, */
    LoopRows policy;   /* and that less its probability; NULL: nobody looks */
    LoopReal *number;  /* in place of both: which it is, -1 for none; NULL: it is not kept so */
    LoopReal *chooses; /* > 0 where a choice is to be made */
    LoopReal *u, *top, *at;
} LoopChoices;

/* `reg` from the first of the lanes on. */
static inline LoopView loop_choices_view(const LoopChoices *c, uint32_t reg, const LoopReal *fallback)
{
    LoopView v = loop_block_view(c->block, reg, fallback);
    v.at += c->first * v.lane;
    return v;
}

/* Row `k` of a register that the loop writes. */
static inline LoopReal *loop_choices_row(const LoopChoices *c, uint32_t reg, size_t k)
{
    return loop_block_register(c->block, reg) + k * c->block->lanes + c->first;
}

/* The one row of a register, NULL where the loop has none. */
static inline LoopReal *loop_choices_row_or_none(const LoopChoices *c, uint32_t reg)
{
    return reg == LOOP_NONE ? NULL : loop_choices_row(c, reg, 0);
}

static inline LoopReal *loop_row(LoopRows rows, size_t k)
{
    return rows.at + k * rows.pitch;
}

static inline void loop_row_set(LoopReal *restrict row, size_t n, LoopReal x)
{
    for (size_t l = 0; l < n; l++)
        row[l] = x;
}

/* row = element k of x in each lane */
static inline void loop_row_spread(LoopReal *restrict row, LoopView x, size_t k, size_t n)
{
    const LoopReal *restrict at = x.at + k * x.step;
    if (x.lane)
        for (size_t l = 0; l < n; l++)
            row[l] = at[l];
    else
        loop_row_set(row, n, at[0]);
}

/* Calls take(l, vectors) for all lanes of `c`, LOOP_STRIP vectors at a time while there are as many. */
#define LOOP_EACH_STRIP(c, take)                                                                                       \
    do {                                                                                                               \
        size_t l_ = 0;                                                                                                 \
        for (; l_ + LOOP_STRIP * LOOP_WIDE <= (c)->n; l_ += LOOP_STRIP * LOOP_WIDE)                                    \
            take(l_, LOOP_STRIP);                                                                                      \
        for (; l_ < (c)->width; l_ += LOOP_WIDE)                                                                       \
            take(l_, 1);                                                                                               \
    } while (0)

/* The value of a channel in a vector of lanes from `l` on. */
static inline LoopWide loop_choices_value(const LoopChoices *c, size_t channel, size_t l)
{
    const LoopReal *of = c->value.at + channel * c->value.step;
    return c->value.lane ? loop_wide(of + l) : loop_wide_of(*of);
}

#endif
