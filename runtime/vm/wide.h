/* A vector register's worth of numbers, of the widest that there are. The compiler makes several of it where they are
   narrower; what is computed is the same. */
#ifndef LOOP_WIDE_H
#define LOOP_WIDE_H

#include "runtime/contract/rule.h"

typedef LoopReal LoopWide __attribute__((vector_size(64), aligned(sizeof(LoopReal)), may_alias));
typedef LoopBits LoopWideMask __attribute__((vector_size(64), aligned(sizeof(LoopReal)), may_alias));
enum { LOOP_WIDE = 64 / sizeof(LoopReal) };

static inline LoopWide loop_wide(const LoopReal *at)
{
    return *(const LoopWide *)at;
}

static inline void loop_wide_put(LoopReal *at, LoopWide x)
{
    *(LoopWide *)at = x;
}

static inline LoopWide loop_wide_of(LoopReal x)
{
    return x - (LoopWide){0};
}

/* yes where the mask is all ones, no where it is 0 */
static inline LoopWide loop_wide_select(LoopWideMask mask, LoopWide yes, LoopWide no)
{
    return (LoopWide)(((LoopWideMask)yes & mask) | ((LoopWideMask)no & ~mask));
}

/* x, or 0 where the mask is 0 */
static inline LoopWide loop_wide_where(LoopWideMask mask, LoopWide x)
{
    return (LoopWide)((LoopWideMask)x & mask);
}

#endif
