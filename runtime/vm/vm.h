/* Inside the VM: one lane block and its memory. A block holds the whole state of some lanes (a lane is one agent of
   one group) and is run to the end before the next; lanes never meet, so any split gives the same bits. */
#ifndef LOOP_VM_H
#define LOOP_VM_H

#include "runtime/contract/program.h"
#include "runtime/contract/rule.h"
#include "runtime/vm/rng.h"

/* Rows of scratch that the kernels of loops need: 3 and two times LOOP_PARTS; or LOOP_RULE_ARRAYS, and behind them the sums of channels, of which
   there is a multiple of LOOP_PARTS, see late_turned.c. */
enum { LOOP_SCRATCH_ROWS = 24 };

#define LOOP_UNSEEN SIZE_MAX /* of a loop whose value is always read out */

/* Instructions that are passed over while what they depend on stays as it is: see memo.h. */
typedef struct LoopMemo {
    const uint32_t *code, *end;
    size_t first, last;         /* of layout->watched: the registers it depends on, */
    size_t looks;               /* and their numbers, */
    size_t kept;                /* which it keeps here in the slab, behind a number that says whether it has run */
} LoopMemo;

/* Where a loop's numbers are: offsets of reals. */
typedef struct LoopLoopPlace {
    size_t weights, traces;
    size_t scales;              /* of traces, where it learns */
    size_t samples, memory;     /* numbers of the lines that are sampled, what a rule keeps */
    size_t seen;                /* the context that its value was read out for; or LOOP_UNSEEN */
    size_t late;                /* room for learning that is put off; or LOOP_UNSEEN */
    size_t next;                /* and for the context that takes turns with that which was seen */
    size_t memo;                /* that works out its context, counted from 1; 0: none does */
    size_t live;                /* of bytes: which runs of traces may not be 0 */
    bool bundled;               /* its synapses are kept for some lanes at a time, see bundle.h */
} LoopLoopPlace;

/* Where everything is in a block's slab of reals, for blocks of `lanes` lanes. */
typedef struct LoopLayout {
    size_t lanes;
    size_t *registers;          /* offsets, [register_count] */
    uint32_t *lent;             /* [register_count]: in whose room a register lies, see rooms.h */
    size_t *rings;              /* [ring_count] */
    LoopLoopPlace *loops;       /* [loop_count] */
    size_t *fours;              /* [draw_count + loop_count]: for places that draw one number a step or a trial, those of four, [4][lanes] */
    LoopMemo *memos;            /* of the step section, in its order */
    size_t memo_count;
    uint32_t *watched;          /* registers that memos look at, one memo's behind the other's */
    size_t watched_count;
    size_t live_bytes;
    size_t turn, turn_reals;    /* room for turning a bundle about */
    size_t scratch, span;       /* [LOOP_SCRATCH_ROWS or 8 + 3 * most channels][span]; at least as long as LOOP_TILE */
    size_t lines;               /* of the widest context */
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

/* Which of two comes first: that of the earlier step, then of the lower lane, then of the check that stands first. */
bool loop_fault_earlier(const LoopFault *a, const LoopFault *b);
/* Which of two has the larger value, whatever its sign; of equal ones the one that comes first. */
bool loop_fault_larger(const LoopFault *a, const LoopFault *b);

/* A context line that is not 0: where its row of weights begins in those of a neuron, and what it is. */
typedef struct LoopActive {
    size_t row;
    LoopReal x;
} LoopActive;

/* What a loop saw when its value was read out last: see seen.h. */
typedef struct LoopSeen {
    bool stale;                 /* weights have moved since */
    uint64_t step;              /* the last on which it was read out, or would have been the same; UINT64_MAX: none */
    uint64_t run;               /* of the memo that works out the context, for which it was read out */
    LoopReal *last, *next;      /* that context, bundle by bundle, and room for another; NULL: it is always read out */
} LoopSeen;

/* Learning of a loop that has been put off: see late.h. */
typedef struct LoopLate {
    bool able, dense;           /* it may be; most lines of the context are not 0 */
    bool moves, enters, first;  /* weights are to move; something is to enter traces, before they do */
    bool fades;                 /* behind that, traces are to take over their scale, and to end where they have all but faded */
    LoopReal *push;             /* [lanes] what a unit of a trace adds to the weight */
    LoopReal *due;              /* [channels][lanes] what a unit of the context then seen adds to the trace; or [lanes], the channel */
    LoopReal *by;               /* [lanes] to which it adds this; NULL: there is a row for each */
    LoopReal *number;           /* with `by`: [lanes] the channel that is chosen on this step, -1 for none */
    bool chosen;                /* some lane has one */
    bool lives;                 /* all runs of traces are marked as such that may not be 0 */
    LoopReal *fade;             /* [lanes] what is left of a trace */
    bool turns, turned;         /* lanes may lie one behind the other, and do */
    uint32_t calm, patience;    /* passes since somebody looked at weights or traces, or since they do; and how many it takes */
} LoopLate;

struct LoopClock;
struct LoopRecorder;
struct LoopBlock;

/* An instruction made ready for one block: what it calls, and for the commonest also where its operands are. `run` gives
   the instruction to go on with. */
typedef struct LoopReady LoopReady;
struct LoopReady {
    const LoopReady *(*run)(struct LoopBlock *block, const LoopReady *at);
    const uint32_t *code;       /* the opcode, then its operands */
    const LoopReady *jump;      /* where a jump leads */
    void (*kernel)(void);       /* elementwise: see kernels_elementwise.c */
    LoopReal *d, *h;            /* written; held */
    const LoopReal *a, *b, *c, *e;
    size_t sa, sb, sc, se, n;   /* strides, 0 or 1, and how many numbers */
    LoopReal most;              /* FINITE: see checks.c */
};

typedef struct LoopBlock {
    const LoopProgram *program;
    const LoopLayout *layout;
    bool asks_ahead;            /* this processor is better asked for memory ahead of its turn */
    uint32_t first, lanes;      /* of all lanes of the run */
    uint32_t agents;            /* per group */
    uint32_t *agent, *group;    /* [lanes] */
    uint64_t seed, step;
    LoopReal *state;            /* the slab */
    size_t state_bytes;
    bool fresh;                 /* which holds nothing but 0 yet */
    uint8_t *live;              /* [layout->live_bytes + LOOP_RUNS_MORE] */
    uint64_t *runs;             /* [memo_count]: how often each has run */
    LoopSeen *seen;             /* [loop_count] */
    LoopLate *late;             /* [loop_count] */
    LoopActive *active;         /* [layout->lines]: context lines that are not 0 */
    uint8_t *sees;              /* [2][layout->lines + LOOP_RUNS_MORE]: scratch for learning */
    uint64_t *drawn;            /* [draw_count + loop_count]: which four these are, from 1 on; 0: none */
    LoopRngKey *keys;           /* [draw_count + loop_count][key_lanes] */
    size_t key_lanes, key_step; /* 1 and 0; where lanes are copies of a part, those of the layout and 1 */
    uint64_t *counters;         /* [lanes], for draws that count by trial */
    LoopReady *ready_step, *ready_observe; /* the sections; the last instruction of each is one that stops */
    LoopRuleCall *calls;        /* [loop_count]: what learning gets, for the loops that do */
    struct LoopClock *clock;
    struct LoopRecorder *recorder;
    const struct LoopLibraries *libraries; /* NULL: no foreign calls */
    void **selves;              /* [foreign_count][lanes of the layout] */
    double *foreign;            /* scratch for the arguments and results of one call */
    uint32_t asking;            /* the measure whose signal is being worked out; LOOP_NONE */
    LoopFault fault, grown;
} LoopBlock;

/* false: no memory. */
bool loop_layout_make(LoopLayout *layout, const LoopProgram *program, size_t lanes);
void loop_layout_free(LoopLayout *layout);

/* Adds what a block of this layout takes, recorder and clock included, where a number has `real_bytes`; false: more than can be
   counted. */
bool loop_block_bytes(const LoopProgram *program, const LoopLayout *layout, size_t real_bytes, size_t *bytes);
/* Allocates a block that can hold layout->lanes lanes. NULL: no memory. */
LoopBlock *loop_block_new(const LoopProgram *program, const LoopLayout *layout, uint32_t agents, uint64_t seed);
void loop_block_free(LoopBlock *block);
/* Makes the block hold lanes first .. first + lanes - 1, as they are before the first step. */
void loop_block_start(LoopBlock *block, uint32_t first, uint32_t lanes);
/* One step of all lanes: clock, equations, learning, recording. */
void loop_block_step(LoopBlock *block);
/* Runs one section on the block's registers, each instruction made ready as it comes. */
void loop_block_run(LoopBlock *block, const LoopSection *section);
/* Makes the sections of a step ready for the lanes that the block holds now. */
void loop_block_ready(LoopBlock *block);
/* Instructions of a section. */
size_t loop_section_count(const LoopSection *section);

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
/* What a loop draws for each channel has ordinals from this on; the one number of its choice has the block before them. */
enum { LOOP_DRAW_CHANNEL = 4 };
/* Uniform numbers of this step, one in each lane, of a place that draws no other: draw `site`, or draw_count + the number of a loop
   that chooses one channel. */
const LoopReal *loop_block_uniform(LoopBlock *block, size_t site);

/* Which copy of a part a lane is of. */
static inline uint32_t loop_block_copy(const LoopBlock *block, size_t lane)
{
    const LoopOrigin *origin = block->program->origin;
    return origin ? block->group[lane] / (block->program->group_count / origin->copies) : 0;
}

/* Keeps what a check has found in lane `lane` of a register of `lanes` lanes, unless there is one to be kept before it. Where all lanes
   of the block have one value it is found in each. */
void loop_block_fault(LoopBlock *block, uint32_t lane, size_t lanes, uint32_t check, double value);

/* Checks a register. */
void loop_block_check(LoopBlock *block, uint32_t reg, uint32_t check);
void loop_ready_finite(const LoopBlock *block, LoopReady *at);

/* Kernels, by file. `args` points behind the opcode. */
void loop_kernel_foreign(LoopBlock *block, const uint32_t *args);
/* States of foreign calls, for the lanes of the block. False: a library could not make one. */
bool loop_block_foreign_start(LoopBlock *block);
void loop_block_foreign_end(LoopBlock *block);
void loop_kernel_elementwise(LoopBlock *block, uint32_t op, const uint32_t *args);
/* Makes an elementwise instruction ready if its operands lie flat, so that one loop does it; else it is left alone. */
void loop_ready_elementwise(const LoopBlock *block, LoopReady *at);
void loop_kernel_vector(LoopBlock *block, uint32_t op, const uint32_t *args);
void loop_kernel_time(LoopBlock *block, uint32_t op, const uint32_t *args);
/* Makes an onset, a history of one element or the use of a delay line ready if its operands lie flat; else it is left alone. */
void loop_ready_time(const LoopBlock *block, LoopReady *at);
void loop_kernel_random(LoopBlock *block, uint32_t op, const uint32_t *args);
void loop_kernel_value(LoopBlock *block, const LoopLoop *loop, size_t index);
void loop_kernel_striatum(LoopBlock *block, const uint32_t *args);
/* What the neurons of loop `index` see; `context` and `upstate` as for inference. */
LoopWires loop_block_wires(const LoopBlock *block, size_t index, uint32_t context);
/* How many lanes the weights of a loop have. */
static inline size_t loop_block_synapse_lanes(const LoopBlock *block, const LoopLoop *loop)
{
    return loop->uniform ? 1 : block->lanes;
}
void loop_kernel_vary(LoopBlock *block, const LoopLoop *loop, size_t index);
void loop_kernel_choose(LoopBlock *block, const LoopLoop *loop, size_t index);
void loop_kernel_learn(LoopBlock *block, const LoopLoop *loop, size_t index);
/* What the learning rule of loop `index` gets, but for the step: the same for as long as the block holds its lanes. */
void loop_ready_learn(const LoopBlock *block, size_t index, LoopRuleCall *call);
void loop_kernel_synapses(LoopBlock *block, uint32_t op, const uint32_t *args);

#endif
