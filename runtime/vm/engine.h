/* The VM, clock and recorder as one table of functions. The same sources are built several times: for kinds of processors,
   which changes no bit of a result, and in single precision, which does. run/engines.c takes the best there is. */
#ifndef LOOP_ENGINE_H
#define LOOP_ENGINE_H

#include "runtime/measure/recorder.h"
#include "runtime/vm/vm.h"

typedef struct LoopEngine {
    const char *name;  /* base, avx2, avx512 */
    size_t real_bytes; /* of a number: 8 or 4 */
    bool (*layout_make)(LoopLayout *layout, const LoopProgram *program, size_t lanes);
    LoopBlock *(*block_new)(const LoopProgram *program, const LoopLayout *layout, uint32_t agents, uint64_t seed);
    void (*block_free)(LoopBlock *block);
    void (*block_start)(LoopBlock *block, uint32_t first, uint32_t lanes);
    void (*block_step)(LoopBlock *block);
    bool (*foreign_start)(LoopBlock *block);
    void (*foreign_end)(LoopBlock *block);
    void (*recorder_finish)(LoopRecorder *recorder, const LoopBlock *block, LoopMeasured *measured, size_t all);
    bool (*recorder_strip)(const LoopRecorder *recorder, const LoopBlock *block, uint32_t strip, size_t lane, double *out);
} LoopEngine;

extern const LoopEngine loop_engine_base, loop_engine_base_single;
#ifdef LOOP_HAS_avx2
extern const LoopEngine loop_engine_avx2, loop_engine_avx2_single;
#endif
#ifdef LOOP_HAS_avx512
extern const LoopEngine loop_engine_avx512, loop_engine_avx512_single;
#endif

#endif
