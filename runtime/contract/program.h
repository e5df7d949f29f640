/* A program: all that the runtime must know of a model. The compiler fills it in, the verifier proves it safe, the
   VM runs it. It holds no pointer into any earlier stage; everything in it lives in its arena. */
#ifndef LOOP_PROGRAM_H
#define LOOP_PROGRAM_H

#include "runtime/contract/diag.h"

#define LOOP_NONE UINT32_MAX /* no register, phase, trial, group ... */

/* Limits that the checker keeps and the verifier asks for. They keep every size far from overflow. */
#define LOOP_SYNAPSES_MAX ((uint64_t)1 << 34) /* of a loop, and of */
#define LOOP_SAMPLED_MAX UINT32_MAX           /* one whose neurons sample lines */
#define LOOP_SHARES_MAX INT32_MAX             /* of a mix, together */
#define LOOP_LAG_MAX (1 << 24)                /* steps that a measure looks back from its event */

typedef enum LoopOp {
#define EW1(name, written, units, doc, expr) LOOP_OP_##name,
#define EW2(name, written, units, doc, expr) LOOP_OP_##name,
#define EW3(name, written, units, doc, expr) LOOP_OP_##name,
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
#define OP(name, operands, doc) LOOP_OP_##name,
#include "runtime/contract/op.def"
#undef OP
    LOOP_OP_COUNT
} LoopOp;

/* A row of elementwise.def or op.def. */
typedef struct LoopOpInfo {
    const char *name;
    const char *operands; /* letters as in op.def */
    const char *doc;
    uint32_t arity; /* 1 to 3 for elementwise rows, else 0 */
    uint32_t words; /* of an instruction: the opcode and its operands */
} LoopOpInfo;
const LoopOpInfo *loop_op_info(uint32_t op); /* NULL when there is none */

/* Whether a letter of op.def stands for a register. */
static inline bool loop_is_register(char operand)
{
    return operand == 'd' || operand == 'h' || operand == 'v';
}

/* A block of numbers [width][lanes]; a uniform one has the same value in every lane and is kept once. */
typedef struct LoopRegister {
    uint32_t width;
    bool uniform;
    bool no_room; /* of its own: it lies where a loop's weights do, which start from it, or are its values */
} LoopRegister;

/* A straight run of instructions: words of opcode and operands. */
typedef struct LoopSection {
    uint32_t *code;
    size_t length; /* in words */
} LoopSection;

/* What `register` holds before the first step; without one it is 0. */
typedef struct LoopConstant {
    uint32_t reg;
    const double *values; /* [width] */
} LoopConstant;

typedef enum LoopUnit { LOOP_UNIT_NUMBER, LOOP_UNIT_DURATION } LoopUnit;

typedef struct LoopParam {
    LoopStr name;
    LoopSpan span;
    LoopUnit unit;
    uint32_t reg, width;
    const double *value;   /* [width]; durations in steps */
    const double *groups;  /* [groups][width], or NULL when all groups have `value` */
    bool ranged;
    double lo, hi;
} LoopParam;

/* What the command line gives in place of what the file says. */
typedef struct LoopGiven {
    LoopStr name, text;
    bool constant;         /* it is that of a const, which is no param */
    LoopUnit unit;
    double value;          /* of a const; durations in steps */
} LoopGiven;

/* What a draw counts by: steps; the phase and number of the trial; nothing (drawn once for each agent). */
typedef enum LoopDrawClock { LOOP_DRAW_STEP, LOOP_DRAW_TRIAL, LOOP_DRAW_ONCE } LoopDrawClock;

typedef struct LoopDraw {
    uint64_t place; /* hash of the qualified name of the place */
    LoopDrawClock clock;
    bool single;    /* one number a step or a trial, which takes turns with the next: rng.h */
    const uint64_t *places; /* in a part: [copies], in place of `place`; else NULL */
} LoopDraw;

/* A delay line of `slots` steps. */
typedef struct LoopRing {
    uint32_t width, slots;
    bool uniform;
    uint32_t before; /* register: what it holds at first, or LOOP_NONE for 0 */
} LoopRing;

typedef enum LoopCheckKind {
    LOOP_CHECK_FINITE, /* neither nan nor infinite; what is beyond hi has grown, which is said when the run is over */
    LOOP_CHECK_INDEX,  /* a whole number in [lo, hi]; -1 is a choice that is none */
    LOOP_CHECK_STEPS,  /* a whole number of steps in [lo, hi] */
    LOOP_CHECK_RANGE   /* a number in [lo, hi] */
} LoopCheckKind;

/* A value of a loop beyond this is the mark of learning that diverges. */
#define LOOP_VALUE_MOST 0x1p40

/* The range of a time constant, in steps: "above 0", and "finite". */
#define LOOP_STEPS_LEAST 1e-6
#define LOOP_STEPS_MOST 1e18

typedef struct LoopCheck {
    LoopCheckKind kind;
    LoopCode code;
    LoopSpan span;
    LoopStr name;
    double lo, hi;
} LoopCheck;

typedef enum LoopLoopKind { LOOP_PREDICT, LOOP_CHOOSE, LOOP_VARY } LoopLoopKind;

typedef enum LoopSelection {
#define SELECTION(name, NAME, number, doc) LOOP_SELECT_##NAME,
#include "runtime/contract/selection.def"
#undef SELECTION
    LOOP_SELECTION_COUNT
} LoopSelection;

typedef struct LoopSelectionInfo {
    const char *name, *number, *doc; /* number: what it stands for; NULL: it has none */
} LoopSelectionInfo;
const LoopSelectionInfo *loop_selection_info(uint32_t selection); /* NULL when there is none */

/* What a striatal neuron sees: every context line; some drawn for each neuron and agent; neuron m sees line m. */
typedef enum LoopWiring { LOOP_WIRING_BROADCAST, LOOP_WIRING_SAMPLING, LOOP_WIRING_TOPOGRAPHIC } LoopWiring;

/* How the outputs of a vary loop differ from V: by `explored` times a standard normal number, or times 1 or -1. */
typedef enum LoopExploration { LOOP_EXPLORE_NORMAL, LOOP_EXPLORE_SIGNS } LoopExploration;

enum { LOOP_RULE_SETTINGS = 4 }; /* numbers of its own that a learning rule may have, and one */

/* One cortico-basal-ganglia-thalamo-cortical loop; loop_member.def lists its registers. Weights are [channels][neurons][reach] for
   each lane; traces too, but for the channels or neurons whose traces are all alike, which have one row.
   Members that name a register may be LOOP_NONE where the comment gives a default. */
typedef struct LoopLoop {
    LoopStr name;
    LoopSpan span;
    LoopLoopKind kind;
    uint64_t place;                      /* hash for its own draws */
    const uint64_t *places;              /* as for a draw */
    uint32_t channels, neurons, lines;
    LoopWiring wiring;
    uint32_t reach;                      /* lines that a neuron sees */
    bool uniform;                        /* weights and traces are the same in every lane */
    uint32_t rule;                       /* row of rules.def */

    /* inference: in */
    uint32_t context;                    /* [lines] */
    uint32_t propose, bias;              /* [channels] or [1]; default 1 and 0 */
    uint32_t upstate;                    /* of the lines that a neuron sees, how many must be active */
    LoopSelection selection;
    uint32_t selection_value;            /* beta, e, sd or threshold */
    uint32_t when;                       /* default: every step */
    uint32_t override;                   /* [channels] or [1]: > 0 forces it; default: nothing does */
    uint32_t lesion;                     /* [1]: > 0 silences it: no choice, no output; default 0 */
    LoopExploration exploration;
    uint32_t explored;                   /* [channels] or [1], vary only: how far */
    /* inference: out */
    uint32_t value;                      /* [channels] */
    uint32_t choice, probability;        /* [channels], choose only; LOOP_NONE: nobody looks */
    uint32_t policy;                     /* [channels], choose only: choice - probability, 0 where none is made; LOOP_NONE: nobody learns by it */
    uint32_t chose, taken, expected;     /* [1], choose only; LOOP_NONE: nobody looks */
    uint32_t act;                        /* choose: [1], -1 for none; independent: [channels] */
    uint32_t output, noise;              /* [channels], vary only */
    uint32_t held_taken;                 /* [1], for `expected`: `taken` of the last choice, this step included */

    /* learning; everything is read after the dopamine of the step is known */
    bool learns;
    bool trace_by_channel;               /* credit, proposal or decay of channels differ, or their neurons do */
    bool trace_by_neuron;                /* neurons see different lines, or not all are in their up-state */
    bool credit_first;                   /* ahead and within: the trace moves before the weights do */
    bool swaps_traces;                   /* the credit and the traces change places on each step: see place.h */
    bool has_trace;                      /* a choice: its trace is its own, and does not last until the next one */
    bool excused;                        /* its weights move without dopamine, or it has been said why they may not: no warning if nothing is learned */
    bool own_choice;                     /* one channel at a time, which nobody sees but the loop, that gives it credit */
    uint32_t dopamine;                   /* [1] or [channels] */
    uint32_t rate, trace, burst, dip, forget; /* [1] or [channels]; trace, burst, dip default 1; forget is a factor */
    uint32_t freeze;                     /* [1]: > 0 keeps the weights as they are; default 0 */
    uint32_t settings[LOOP_RULE_SETTINGS]; /* [1] or [channels]: the rule's own; LOOP_NONE behind its last */
    uint32_t credit;                     /* [1] or [channels], default 1 */
    uint32_t credit_context, credit_propose; /* as `context` and `propose`, late by the loop's lag */
    uint32_t weights;                    /* register [channels * neurons * reach] or [1]: at the start; default 0 */
    bool bounded;
    double lo, hi;
} LoopLoop;

enum { LOOP_FOREIGN_MAX = 64 }; /* arguments and results of a foreign function */

/* A call of a function in a shared library. Each place of the model that calls one has an entry, and a state, of its own. */
typedef struct LoopForeign {
    LoopStr library, name;
    LoopSpan span;
    uint32_t arg_count, result_count;
    const uint32_t *args, *results; /* widths */
} LoopForeign;

/* ---- task ---- */

typedef struct LoopTrial {
    LoopStr name;
    uint32_t duration; /* steps */
} LoopTrial;

typedef enum LoopMixKind { LOOP_MIX_PLAIN, LOOP_MIX_SHUFFLE, LOOP_MIX_DRAW, LOOP_MIX_CYCLE } LoopMixKind;

typedef struct LoopMixItem {
    uint32_t trial;
    double share;
} LoopMixItem;

typedef struct LoopPhase {
    LoopStr name;
    uint64_t place;      /* hash for shuffles and draws, and for the draws in its trials */
    uint32_t name_id;    /* the same for phases of one name */
    uint32_t count;      /* trials */
    LoopMixKind mix;
    const LoopMixItem *items;
    uint32_t item_count;
    const bool *groups;  /* [groups] which take part, or NULL for all */
    uint32_t until;      /* register: the phase ends after a trial that leaves it > 0; LOOP_NONE */
} LoopPhase;

typedef struct LoopTask {
    const LoopTrial *trials;
    uint32_t trial_count;
    const LoopPhase *phases;
    uint32_t phase_count;
    bool uniform;         /* all lanes are in step */
    uint32_t between;     /* register [1]: steps after each trial; LOOP_NONE for 0 */
    /* registers [1] that the clock writes: phase, number of the trial in it from 0, its type, step in it; -1 between
       trials (type, step) and after the last phase (all) */
    uint32_t phase, trial, type, time;
} LoopTask;

/* ---- measures ---- */

typedef enum LoopAnchorKind {
    LOOP_ANCHOR_TRIAL, /* the start of the trial */
    LOOP_ANCHOR_ONSET, /* the first step of the trial on which a signal is > 0 and was not before */
    LOOP_ANCHOR_END    /* the end of the trial */
} LoopAnchorKind;

/* A moment: an anchor plus `offset` steps. */
typedef struct LoopAnchor {
    LoopAnchorKind kind;
    uint32_t onset;  /* register [1] */
    int32_t offset;
    uint32_t offset_reg; /* steps that are known at run time, added to offset; LOOP_NONE */
} LoopAnchor;

/* What is taken over the steps of a window. The last two are steps from its beginning: to the first on which the signal is above 0, of which
   a trial may have none, and to the first on which it is largest. */
typedef enum LoopReducer {
    LOOP_REDUCE_MEAN, LOOP_REDUCE_SUM, LOOP_REDUCE_PEAK, LOOP_REDUCE_DIP, LOOP_REDUCE_SD, LOOP_REDUCE_LATENCY, LOOP_REDUCE_PEAK_TIME
} LoopReducer;

typedef enum LoopPick { LOOP_PICK_ALL, LOOP_PICK_TRIAL, LOOP_PICK_FIRST, LOOP_PICK_LAST, LOOP_PICK_BLOCK } LoopPick;

/* Which trials: of the phases named, of one type, and of those the first, last ... */
typedef struct LoopSelect {
    uint32_t phase;  /* name_id, or LOOP_NONE for all */
    uint32_t trial;  /* type, or LOOP_NONE for all */
    LoopPick pick;
    uint32_t n;      /* trial n, first n, last n, block i of n */
    uint32_t i;
} LoopSelect;

/* One number (or vector) a trial, averaged over the trials selected, for each agent. */
typedef struct LoopMeasure {
    LoopStr text;        /* as written */
    LoopSpan span;
    uint32_t signal;     /* register [width] */
    bool window;         /* from `from` up to, not including, `to`; else at `from` */
    LoopAnchor from, to;
    uint32_t lag;        /* steps that the signal is looked back at, for moments before their anchor */
    LoopReducer reducer;
    LoopSelect select;
    bool first_true;     /* instead of the average: the number of the first trial selected with a value > 0 */
    uint32_t instant;    /* register [width] that gets the value of each trial as it ends, for `until`; LOOP_NONE */
} LoopMeasure;

/* An expression over measures: `section` reads the registers of the measures and leaves its value in `result`. */
typedef struct LoopFinal {
    LoopSection section;
    uint32_t result;
    uint32_t group;      /* of which group's agents; LOOP_NONE: of all */
} LoopFinal;

/* What final sections read: the result of `measure` in group `group` (LOOP_NONE: the lane's own). In the order of their registers. */
typedef struct LoopFinalInput {
    uint32_t measure, group, reg;
} LoopFinalInput;

typedef enum LoopRelation {
    LOOP_REL_EQ, LOOP_REL_NE, LOOP_REL_LT, LOOP_REL_LE, LOOP_REL_GT, LOOP_REL_GE, LOOP_REL_NEAR
} LoopRelation;

/* A named measure to report (`relation` unused, bound LOOP_NONE) or an expectation. Members name finals. */
typedef struct LoopClaim {
    LoopStr name;        /* of the measure, or the text of the expectation; may be empty */
    LoopStr text;        /* as written */
    LoopSpan span;
    const LoopStr *labels; /* of the elements; NULL */
    uint32_t curves;     /* over blocks, of which the elements take turns; 0: its elements are not of blocks */
    LoopUnit unit;       /* of a duration, value, bound, tolerance and margin are in steps; outcomes in milliseconds */
    bool is_expectation;
    uint32_t value, bound;
    LoopRelation relation;
    uint32_t tolerance;  /* LOOP_REL_NEAR: a final; LOOP_NONE otherwise */
    bool tolerance_is_percent;
    uint32_t margin;     /* `by`; LOOP_NONE */
    double percent;      /* `for N% of agents`; 0: the mean over agents is compared */
} LoopClaim;

typedef struct LoopMark {
    LoopStr name;
    uint32_t step;
} LoopMark;

/* A signal's course over the trials selected, averaged over them and over agents: plotted and recorded. Durations are in milliseconds. */
typedef struct LoopStrip {
    LoopStr signal;      /* its name as written */
    LoopStr element;     /* label or index when the signal has several; one strip each */
    LoopSpan span;       /* of the signal */
    uint32_t reg, at;    /* register and element */
    LoopStr phase;       /* its name */
    LoopSelect select;   /* names one trial type */
    uint32_t steps;      /* duration of the trial */
    bool plotted;
    uint32_t group;      /* LOOP_NONE: every group has its own row */
    const LoopMark *marks;
    uint32_t mark_count;
} LoopStrip;

/* What a part of a program says of the whole: see runtime/parts. */
typedef struct LoopOrigin {
    uint32_t copies;          /* group c * groups + g of the part is group g in copy c */
    const LoopCheck *checks;  /* of the whole */
    const uint32_t *check;    /* [copies][checks of the part]: which of those it is, */
    const uint32_t *order;    /* and where it stands in the code of the whole */
} LoopOrigin;

typedef struct LoopProgram {
    LoopArena *arena;
    const LoopOrigin *origin; /* NULL: the program is whole */
    LoopStr model, doc;
    double step_ms;
    uint64_t seed;
    uint32_t agents;     /* per group */
    const LoopStr *groups;
    uint32_t group_count; /* at least 1; an unnamed group has an empty name */

    LoopRegister *registers;
    uint32_t register_count;
    LoopStr *register_names; /* for dumps; may be empty */
    LoopConstant *constants;
    uint32_t constant_count;
    LoopParam *params;
    uint32_t param_count;
    const LoopGiven *given;
    uint32_t given_count;
    LoopDraw *draws;
    uint32_t draw_count;
    LoopRing *rings;
    uint32_t ring_count;
    LoopCheck *checks;
    uint32_t check_count;
    LoopLoop *loops;
    uint32_t loop_count;
    LoopForeign *foreigns;
    uint32_t foreign_count;

    LoopSection init, step, observe, verdict; /* verdict: at the end of a trial, for `until` */
    LoopTask task;
    LoopMeasure *measures;
    uint32_t measure_count;
    LoopFinalInput *inputs;
    uint32_t input_count;
    LoopFinal *finals;
    uint32_t final_count;
    LoopClaim *claims;
    uint32_t claim_count;
    LoopStrip *strips;
    uint32_t strip_count;
    const LoopStr *header; /* lines for the head of a report, e.g. what class each dopamine signal is */
    uint32_t header_count;
} LoopProgram;

/* Synapses of a loop: channels * neurons * reach. */
static inline size_t loop_synapses(const LoopLoop *loop)
{
    return (size_t)loop->channels * loop->neurons * loop->reach;
}

/* Rows of traces, [reach] each, and which of them a neuron of a channel has. */
static inline size_t loop_trace_rows(const LoopLoop *loop)
{
    return (loop->trace_by_channel ? (size_t)loop->channels : 1) * (loop->trace_by_neuron ? loop->neurons : 1);
}
static inline size_t loop_trace_row(const LoopLoop *loop, size_t channel, size_t neuron)
{
    size_t k = loop->trace_by_channel ? channel : 0;
    return loop->trace_by_neuron ? k * loop->neurons + neuron : k;
}

/* Rows of scales of traces: one for each channel, or for all that have one decay. */
static inline size_t loop_scale_rows(const LoopProgram *program, const LoopLoop *loop)
{
    return loop->trace != LOOP_NONE && program->registers[loop->trace].width > 1 ? loop->channels : 1;
}

/* Whether a place draws one number a step or a trial in each lane; the places of loops are behind those of the program. */
static inline bool loop_draws_one(const LoopProgram *program, size_t site)
{
    if (site < program->draw_count)
        return program->draws[site].single;
    const LoopLoop *loop = &program->loops[site - program->draw_count];
    return loop->kind == LOOP_CHOOSE && loop->selection != LOOP_SELECT_INDEPENDENT;
}

void loop_program_free(LoopProgram *program);

/* Proves that running `program` stays in bounds: opcodes, operands, widths, jumps, descriptors, plans. NULL when it is
   safe; else a static sentence that says what is wrong. */
const char *loop_program_verify(const LoopProgram *program);

/* Whether the instruction at `code` puts something into another element of a final's value than that one. */
bool loop_final_passes(const LoopProgram *program, const LoopFinal *final, const uint32_t *code, uint32_t element);
/* The first of the inputs that an element of a final's value is worked out from, or may be; LOOP_NONE: it is from none. */
uint32_t loop_final_input(const LoopProgram *program, const LoopFinal *final, uint32_t element);
/* Marks in needed[registers] what `section` has as operands. */
void loop_section_mark(const LoopSection *section, bool *needed);
/* Marks in targets[words + 1] where the jumps of `section` lead. */
void loop_section_targets(const LoopSection *section, bool *targets);
/* Behind the instruction `code`, or where its jump leads. */
const uint32_t *loop_code_target(const uint32_t *code);
/* What of `section`, which has no jumps, works out the registers that are needed; marks those that it needs for that.
   The code belongs to `arena`. */
LoopSection loop_section_slice(const LoopSection *section, bool *needed, LoopArena *arena);

/* The program as text: registers, sections, plans. */
void loop_program_print(const LoopProgram *program, LoopText *out);

#endif
