/* Inside the verifier: what its files share. A check gives NULL, or a static sentence that says what is wrong. */
#ifndef LOOP_VERIFY_H
#define LOOP_VERIFY_H

#include "runtime/contract/rule.h"

/* Limits that no program of the compiler comes near, see those of program.h. */
enum { LOOP_VERIFY_WIDTH_MAX = 1 << 28, LOOP_VERIFY_COUNT_MAX = 1 << 24 };

#define REQUIRE(condition, sentence)                                                                                   \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return (sentence);                                                                                         \
    } while (0)

static inline bool loop_verify_reg(const LoopProgram *p, uint32_t reg)
{
    return reg < p->register_count;
}

typedef enum LoopNeed { LOOP_REQUIRED, LOOP_OPTIONAL } LoopNeed;
/* `reg` may be LOOP_NONE, or has `width` elements (or one, where `or_one`), and is shared if `shared`. */
bool loop_verify_fits(const LoopProgram *p, uint32_t reg, LoopNeed need, uint32_t width, bool or_one, bool shared);
/* verify_loop.c */
const char *loop_verify_loop(const LoopProgram *p, const LoopLoop *loop);

#endif
