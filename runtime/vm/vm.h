/* Inside the VM: what it keeps in a block for itself, and its kernels. */
#ifndef LOOP_VM_H
#define LOOP_VM_H

#include <string.h>

#include "runtime/block/block.h"
#include "runtime/vm/sum.h"

/* Rows of scratch that the kernels of loops need: 3 and two times LOOP_PARTS; or LOOP_RULE_ARRAYS, and behind them the sums of channels, of which
   there is a multiple of LOOP_PARTS, see late_turned.c. */
enum { LOOP_SCRATCH_ROWS = 24 };

#define LOOP_UNSEEN SIZE_MAX /* of a loop whose value is always read out */

/* Instructions that are passed over while what they depend on stays as it is: see memo.h. */
struct LoopMemo {
    const uint32_t *code, *end;
    size_t first, last;         /* of layout->watched: the registers it depends on, */
    size_t looks;               /* and their numbers, */
    size_t kept;                /* which it keeps here in the slab, behind a number that says whether it has run */
};

/* Where a loop's numbers are: offsets of reals. */
struct LoopLoopPlace {
    size_t weights, traces;
    size_t scales;              /* of traces, where it learns */
    size_t samples, memory;     /* numbers of the lines that are sampled, what a rule keeps */
    size_t seen;                /* the context that its value was read out for; or LOOP_UNSEEN */
    size_t late;                /* room for learning that is put off; or LOOP_UNSEEN */
    size_t next;                /* and for the context that takes turns with that which was seen */
    size_t memo;                /* that works out its context, counted from 1; 0: none does */
    size_t listed, sees;        /* its context lines in block->active, and their words in block->sees; or LOOP_UNSEEN */
    bool looks_once;            /* it learns from the context that it was read out for, which nothing has written since */
    size_t live;                /* of words: which runs of traces may not be 0 */
    bool bundled;               /* its synapses are kept for some lanes at a time, see bundle.h */
};

/* A context line that is not 0, and what it is. */
struct LoopActive {
    uint32_t line;
    LoopReal x;
};

/* What reading out the value of a loop needs, the same for as long as the block holds its lanes but for the lines that it lists. `s` gets
   the activity of a neuron in each lane. */
struct LoopReadout {
    const LoopLoop *loop;
    LoopWires wires;
    const LoopReal *weights;
    LoopView propose;
    LoopReal *s, *up, *gathered; /* [lanes] */
    LoopReal *parts, *sums;      /* [LOOP_PARTS][lanes] */
    bool sparse;                 /* every neuron and lane sees the same lines: those below, which are listed when it is read out */
    uint64_t *sees;              /* a bit a line: those that are not 0 */
    LoopActive *active;          /* what they are: those of partial sum p from begin[p] on */
    uint32_t begin[LOOP_PARTS + 1];
    bool single;                 /* there is but one, and no begin */
};

/* What a loop saw when its value was read out last: see seen.h. */
struct LoopSeen {
    bool stale;                 /* weights have moved since */
    uint64_t step;              /* the last on which it was read out, or would have been the same; UINT64_MAX: none */
    uint64_t run;               /* of the memo that works out the context, for which it was read out */
    LoopReal *last, *next;      /* that context, bundle by bundle, and room for another; NULL: it is always read out */
};

/* Learning of a loop that has been put off: see late.h. */
struct LoopLate {
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
};

/* Runs an instruction, and gives the one to go on with. */
typedef const LoopReady *LoopRunReady(LoopBlock *block, const LoopReady *at);

/* An instruction made ready for one block: what it calls, and for the commonest also where its operands are. */
struct LoopReady {
    LoopRunReady *run;
    const uint32_t *code;       /* the opcode, then its operands */
    const LoopReady *jump;      /* where a jump leads */
    bool target;                /* a jump leads here */
    void (*kernel)(void);       /* elementwise: see kernels_elementwise.c */
    LoopReal *d, *h;            /* written; held */
    const LoopReal *a, *b, *c, *e;
    size_t sa, sb, sc, se, n;   /* strides, 0 or 1, and how many numbers */
    LoopReal most;              /* FINITE: see checks.c */
    LoopReal wanted;            /* EVENT_ON, EVENT_ACTIVE: the type of trial; below 0: any */
};

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

/* What a loop draws for each channel has ordinals from this on; the one number of its choice has the block before them. */
enum { LOOP_DRAW_CHANNEL = 4 };
/* Uniform numbers of this step, one in each lane, of a place that draws no other: draw `site`, or draw_count + the number of a loop
   that chooses one channel. */
const LoopReal *loop_block_uniform(LoopBlock *block, size_t site);

/* Keeps what a check has found in lane `lane` of a register of `lanes` lanes, unless there is one to be kept before it. Where all lanes
   of the block have one value it is found in each. */
void loop_block_fault(LoopBlock *block, uint32_t lane, size_t lanes, uint32_t check, double value);

/* Which of two comes first: that of the earlier step, then of the lower lane, then of the check that stands first. */
bool loop_fault_earlier(const LoopFault *a, const LoopFault *b);
/* Which of two has the larger value, whatever its sign; of equal ones the one that comes first. */
bool loop_fault_larger(const LoopFault *a, const LoopFault *b);
/* Checks a register. */
void loop_block_check(LoopBlock *block, uint32_t reg, uint32_t check);
void loop_ready_finite(const LoopBlock *block, LoopReady *at);

/* A negative number, as bits, where x is beyond `most`, infinite or nan. Without their signs the bits of such numbers are larger, as whole
   numbers, than those of `most`, and what is left of them is below 0; so one vectorisable pass finds out whether there is one. */
static inline LoopBits loop_beyond(LoopReal x, LoopReal most)
{
    const LoopBits sign = (LoopBits)1 << (8 * sizeof(LoopBits) - 1);
    LoopBits limit, bits;
    memcpy(&limit, &most, sizeof limit);
    memcpy(&bits, &x, sizeof bits);
    return limit - (bits & ~sign);
}

static inline bool loop_any_beyond(LoopBits all)
{
    return all >> (8 * sizeof all - 1);
}

/* to = from, `n` numbers, of which there is often one; they may lie there already. */
static inline void loop_move(LoopReal *to, const LoopReal *from, size_t n)
{
    if (n == 1)
        to[0] = from[0];
    else
        memmove(to, from, n * sizeof *to);
}

/* Kernels, by file. `args` points behind the opcode. */
void loop_kernel_foreign(LoopBlock *block, const uint32_t *args);
/* States of foreign calls, for the lanes of the block. False: a library could not make one. */
bool loop_block_foreign_start(LoopBlock *block);
void loop_block_foreign_end(LoopBlock *block);
void loop_kernel_elementwise(LoopBlock *block, uint32_t op, const uint32_t *args);
/* Makes an elementwise instruction ready if its operands lie flat, so that one loop does it; else it is left alone. */
void loop_ready_elementwise(const LoopBlock *block, LoopReady *at);
/* Makes an instruction of the step section that is ready run those behind it too, if that comes to an error of temporal differences. */
void loop_ready_fused(LoopBlock *block, LoopReady *at);
void loop_kernel_vector(LoopBlock *block, uint32_t op, const uint32_t *args);
/* Makes COPY, PUT or SLICE ready if what is copied lies in one piece on both sides; else it is left alone. */
void loop_ready_copy(const LoopBlock *block, LoopReady *at);
void loop_kernel_time(LoopBlock *block, uint32_t op, const uint32_t *args);
/* Makes an onset, a history of one element or the use of a delay line ready if its operands lie flat; else it is left alone. */
void loop_ready_time(const LoopBlock *block, LoopReady *at);
void loop_kernel_random(LoopBlock *block, uint32_t op, const uint32_t *args);
void loop_kernel_value(LoopBlock *block, const LoopLoop *loop, size_t index);
void loop_ready_value(const LoopBlock *block, size_t index, LoopReadout *readout);
void loop_kernel_striatum(LoopBlock *block, const uint32_t *args);
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
