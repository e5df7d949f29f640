/* Engines, best first; the base runs everywhere. */
#include "runtime/run/engines.h"

#include "runtime/loop_run.h"

#include <string.h>

/* The C library has asked the processor what it can do at the start of the process. To ask again takes a virtual machine longer than to
   parse a model. */
#if defined __x86_64__ && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
/* What CPU_FEATURE_ACTIVE does, which shifts a 1 into the sign. */
static bool active(unsigned feature)
{
    enum { WORD = 32, LEAF = 4 * WORD }; /* bits of a register; of the four that an answer has */
    const struct cpuid_feature *leaf = __x86_get_cpuid_feature_leaf(feature / LEAF);
    return leaf->active_array[feature % LEAF / WORD] >> feature % WORD & 1;
}
#define HAS(gcc, glibc) active(x86_cpu_##glibc)
#else
#define HAS(gcc, glibc) __builtin_cpu_supports(gcc)
#endif

typedef enum Needs { NEEDS_NOTHING, NEEDS_AVX2, NEEDS_AVX512 } Needs;

typedef struct Choice {
    Needs needs;
    const LoopEngine *full, *single;
} Choice;

static const Choice choices[] = {
#ifdef LOOP_HAS_avx512
    {NEEDS_AVX512, &loop_engine_avx512, &loop_engine_avx512_single},
#endif
#ifdef LOOP_HAS_avx2
    {NEEDS_AVX2, &loop_engine_avx2, &loop_engine_avx2_single},
#endif
    {NEEDS_NOTHING, &loop_engine_base, &loop_engine_base_single},
};

static bool runs_here(Needs needs)
{
#ifdef __x86_64__
    if (needs == NEEDS_AVX512)
        return HAS("avx512f", AVX512F) && HAS("avx512dq", AVX512DQ) && HAS("avx512bw", AVX512BW) && HAS("avx512vl", AVX512VL);
    if (needs == NEEDS_AVX2)
        return HAS("avx2", AVX2);
#endif
    return needs == NEEDS_NOTHING;
}

const char *loop_engine_name(size_t i)
{
    for (size_t c = 0; c < sizeof choices / sizeof choices[0]; c++)
        if (runs_here(choices[c].needs) && i-- == 0)
            return choices[c].full->name;
    return NULL;
}

const LoopEngine *loop_engine_find(bool single, const char *name)
{
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const LoopEngine *engine = single ? choices[i].single : choices[i].full;
        if (runs_here(choices[i].needs) && (!name || strcmp(engine->name, name) == 0))
            return engine;
    }
    return NULL;
}
