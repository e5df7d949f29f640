/* One lane block and its memory. A block holds the whole state of some lanes (a lane is one agent of one group) and is run to the end
   before the next; lanes never meet, so any split gives the same bits. The VM works on it; the clock moves in it, and measures look at it. */
#ifndef LOOP_BLOCK_H
#define LOOP_BLOCK_H

#include "runtime/block/rng.h"
#include "runtime/contract/program.h"
#include "runtime/contract/rule.h"

typedef struct LoopClock LoopClock;       /* task/clock.h */
typedef struct LoopRecorder LoopRecorder; /* measure/recorder.h */
/* vm/vm.h: what the VM keeps there for itself. */
typedef struct LoopMemo LoopMemo;
typedef struct LoopLoopPlace LoopLoopPlace;
typedef struct LoopReadout LoopReadout;
typedef struct LoopSeen LoopSeen;
typedef struct LoopLate LoopLate;
typedef struct LoopActive LoopActive;
typedef struct LoopReady LoopReady;

/* Where everything is in a block's slab of reals, for blocks of `lanes` lanes. */
typedef struct LoopLayout {
    size_t lanes;
    size_t *registers;          /* offsets, [register_count] */
    uint32_t *lent;             /* [register_count]: in whose room a register lies, see rooms.h; */
    uint32_t *follows;          /* and what comes to lie there once it has been read, see follow.h */
    size_t *rings;              /* [ring_count] */
    LoopLoopPlace *loops;       /* [loop_count] */
    size_t *fours;              /* [draw_count + loop_count]: for places that draw one number a step or a trial, those of four, [4][lanes] */
    LoopMemo *memos;            /* of the step section, in its order */
    size_t memo_count;
    uint32_t *watched;          /* registers that memos look at, one memo's behind the other's */
    size_t watched_count;
    size_t live_words;
    size_t turn, turn_reals;    /* room for turning a bundle about */
    size_t scratch, span;       /* [LOOP_SCRATCH_ROWS or 8 + 3 * most channels][span]; at least as long as LOOP_TILE */
    size_t lines;               /* of the widest context */
    size_t listed, sees_words;  /* lines of all contexts that are listed; words for the bits of the widest one, and of those */
    size_t reals;               /* of the whole slab */
} LoopLayout;

/* What a check has found: a fault, of which a run keeps the earliest, or that a value has grown, of which it keeps the largest. */
typedef struct LoopFault {
    bool found;
    uint64_t step;          /* 0-based; UINT64_MAX: while the run was made */
    uint32_t lane;          /* over the whole run */
    uint32_t order;         /* in a part: where the check stands in the code of the whole */
    const LoopCheck *check;
    double value;
    double phase, trial, time; /* of the lane's clock */
} LoopFault;

typedef struct LoopBlock {
    const LoopProgram *program;
    const LoopLayout *layout;
    size_t ahead;               /* this processor is better asked for memory so many bytes ahead of its turn; 0: left to itself */
    uint32_t first, lanes;      /* of all lanes of the run */
    uint32_t agents;            /* per group */
    uint32_t *agent, *group;    /* [lanes] */
    uint32_t *copy;             /* [lanes]: of which copy of a part a lane is */
    uint64_t seed, step;
    LoopReal *state;            /* the slab */
    size_t state_bytes;
    bool fresh;                 /* which holds nothing but 0 yet */
    uint64_t *live;             /* [layout->live_words] */
    uint64_t *runs;             /* [memo_count]: how often each has run */
    LoopSeen *seen;             /* [loop_count] */
    LoopTaught *taught;         /* [loop_count] */
    bool *taught_flags;         /* [2][loop_count][copies] */
    LoopLate *late;             /* [loop_count] */
    LoopActive *active;         /* [layout->listed]: context lines that are not 0, loop by loop */
    uint64_t *sees;             /* [layout->sees_words]: a bit a line, scratch and behind it loop by loop */
    uint64_t *drawn;            /* [draw_count + loop_count]: which four these are, from 1 on; 0: none */
    LoopRngKey *keys;           /* [draw_count + loop_count][key_lanes] */
    size_t key_lanes, key_step; /* 1 and 0; where lanes are copies of a part, those of the layout and 1 */
    uint64_t *counters;         /* [lanes], for draws that count by trial */
    LoopReady *ready_step, *ready_observe; /* the sections; the last instruction of each is one that stops */
    bool *passed;               /* [ring_count]: the step section has written the delay line */
    LoopReadout *readouts;      /* [loop_count]: what reading out gets, */
    LoopRuleCall *calls;        /* and learning, for the loops that do */
    LoopClock *clock;
    LoopRecorder *recorder;
    const struct LoopLibraries *libraries; /* NULL: no foreign calls */
    void **selves;              /* [foreign_count][lanes of the layout] */
    double *foreign;            /* scratch for the arguments and results of one call */
    bool begins, closes;        /* a trial begins on this step in some lane; some phase may end before its last trial */
    bool measuring;             /* some measure has a use for the trial that some lane is in */
    uint32_t asking;            /* the measure whose signal is being worked out; LOOP_NONE */
    LoopFault fault, grown;
} LoopBlock;

/* A register of the block: lanes strides as kernels want them. */
static inline LoopReal *loop_block_register(const LoopBlock *block, uint32_t reg)
{
    return block->state + block->layout->registers[reg];
}
static inline size_t loop_block_lanes(const LoopBlock *block, uint32_t reg)
{
    return block->program->registers[reg].uniform ? 1 : block->lanes;
}
/* `reg` seen as `width` elements; LOOP_NONE gives `fallback` everywhere. */
LoopView loop_block_view(const LoopBlock *block, uint32_t reg, const LoopReal *fallback);
LoopReal loop_block_at(const LoopBlock *block, uint32_t reg, size_t element, size_t lane);

/* The keys of a draw, or of the draws of a loop. */
static inline LoopRngKeys loop_block_draw_keys(const LoopBlock *block, size_t draw)
{
    return (LoopRngKeys){block->keys + draw * block->key_lanes, block->key_step};
}
static inline LoopRngKeys loop_block_loop_keys(const LoopBlock *block, size_t loop)
{
    return loop_block_draw_keys(block, block->program->draw_count + loop);
}

/* How many copies of a part a program stands for. */
static inline uint32_t loop_copies(const LoopProgram *program)
{
    return program->origin ? program->origin->copies : 1;
}
/* Which of them a lane is of. */
static inline uint32_t loop_block_copy(const LoopBlock *block, size_t lane)
{
    return block->copy[lane];
}

#endif
