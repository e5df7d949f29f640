/* Inside the lowering: what its files share. lower.c says in which order they are used.

   A register is *initial* when it never changes after the init section: constants, parameters, and all that is made
   of such alone. An instruction goes into init by itself when all it reads is initial, else into the section that is
   being written. */
#ifndef LOOP_EMIT_H
#define LOOP_EMIT_H

#include "lang/model/model.h"
#include "lang/lower/bounds.h"

typedef struct LowerReg {
    uint32_t width;
    bool uniform, initial, no_room;
    bool checked;       /* that it is finite, by an instruction, or before the run */
    LowerBounds bounds;
    LoopStr name;
} LowerReg;

/* A delay line on its way to a LoopRing. At the end of a step it takes in its operand. */
typedef struct LowerRing {
    LoopRing ring;
    LoopNode *operand; /* NULL: `source` */
    uint32_t source;   /* a register; LOOP_NONE: written where it is read */
    LoopNode *before;
    uint32_t read;     /* register of what is `slots` steps old */
    uint32_t next;     /* of the same bucket, from 1 on */
} LowerRing;

/* Where an event begins, for moments of measures. */
typedef struct LowerOnset {
    const LoopSymbol *sense;
    uint32_t element, at, trial;
    uint32_t on;     /* register: 1 on that step; LOOP_NONE: nothing asked for it yet */
    uint32_t active; /* register: 1 while it is on */
    bool computed;   /* when is known only in the run */
} LowerOnset;

/* The onsets that a measure asked for, for the next one that asks. */
typedef struct LowerMoment {
    const LoopNode *signal;
    uint32_t onset;
} LowerMoment;

typedef struct LowerConstant {
    LoopConstant constant;
    uint32_t next; /* of the same hash */
} LowerConstant;

typedef struct LowerFrame {
    LoopNode *node;
    uint32_t next; /* kid */
} LowerFrame;

enum { LOWER_BUCKET_BITS = 12, LOWER_BUCKETS = 1 << LOWER_BUCKET_BITS };

/* What finals read, and the one before it of the same measure. */
typedef struct LowerInput {
    LoopFinalInput input;
    uint32_t older;
} LowerInput;

typedef struct Lower {
    const LoopModel *model;
    LoopProgram *program;
    LoopArena *arena;       /* the program's */
    LoopArena *scratch;     /* goes when the program is made */
    LoopList nodes;         /* LoopNode *, every node of the model, kids first */
    uint32_t walk;          /* mark of the last walk */
    LoopList regs;          /* LowerReg */
    LoopList constants;     /* LowerConstant */
    uint32_t buckets[LOWER_BUCKETS];
    LoopList foreigns;      /* LoopForeign */
    LoopList draws, checks; /* LoopDraw, LoopCheck */
    LoopList rings;         /* LowerRing */
    uint32_t ring_buckets[LOWER_BUCKETS]; /* of those that are read, by what they delay */
    LoopList inputs, finals; /* LowerInput, LoopFinal */
    uint32_t *input_of;     /* [measures] the last input that reads it; LOOP_NONE */
    LoopList onsets;        /* LowerOnset */
    bool onsets_computed;   /* one of them is, or lasts for, what the run decides */
    LoopList moments;       /* LowerMoment */
    LoopList init, step, observe, verdict; /* uint32_t: the words of the sections */
    LoopList *now;          /* that which is being written */
    LoopList stack;         /* LowerFrame: the walk of lower_value */
    LoopList undo;          /* uint32_t *: registers noted inside a region, forgotten behind it */
    bool asked;             /* lets that observe are worked out where measures ask for them */
    bool region;
    uint32_t mask;          /* inside a region: in which lanes its values are wanted; LOOP_NONE: in all */
    uint32_t wide;          /* draws of width 1 become this wide; 0: they stay */
    bool final;             /* measured values come from the results, not from the trial that ended */
    bool task_varies;       /* the trial clock differs between lanes */
    uint32_t *begins;       /* [trials] register: 1 on the first step of a trial; LOOP_NONE: not asked for yet */
    LowerReg spare;         /* stands for a register that memory ran out for */
} Lower;

/* ---- emit.c: registers and instructions ---- */
LowerReg *lower_reg(Lower *l, uint32_t reg);
typedef enum LowerSharing { LOWER_SHARED, LOWER_EACH } LowerSharing;
uint32_t lower_reg_new(Lower *l, uint32_t width, LowerSharing sharing);
void lower_name(Lower *l, uint32_t reg, LoopStr name, const char *part); /* "name" or "name.part"; the first one stays */
uint32_t lower_constant(Lower *l, const double *values, uint32_t width);
uint32_t lower_number(Lower *l, double value);
bool lower_initial(Lower *l, uint32_t reg);

/* An instruction that makes a new register of others: `op` d, in..., word. */
typedef struct LowerOp {
    uint32_t op, width;
    uint32_t count, in[3];
    uint32_t word;   /* behind the registers, if the op has one */
    bool each;       /* differs between lanes whatever it reads */
    bool stays;      /* never moves into init */
    bool drawn_once; /* a draw that belongs into init */
} LowerOp;
uint32_t lower_make(Lower *l, const LowerOp *op);
uint32_t lower_op1(Lower *l, uint32_t op, uint32_t a);
uint32_t lower_op2(Lower *l, uint32_t op, uint32_t a, uint32_t b);
uint32_t lower_select(Lower *l, uint32_t condition, uint32_t a, uint32_t b);
/* As it stands: the operands that the op has, at most five. */
void lower_emit(Lower *l, LoopList *code, uint32_t op, const uint32_t *args);
void lower_emit1(Lower *l, uint32_t op, uint32_t a);
void lower_emit2(Lower *l, uint32_t op, uint32_t a, uint32_t b);
void lower_emit3(Lower *l, uint32_t op, uint32_t a, uint32_t b, uint32_t c);

uint32_t lower_check_add(Lower *l, const LoopCheck *check);
void lower_check(Lower *l, uint32_t reg, const LoopCheck *check);
void lower_finite(Lower *l, uint32_t reg, LoopSpan span, LoopStr name);
/* The same of a value that is learned: where it grows without end that is said. */
void lower_learned(Lower *l, uint32_t reg, LoopSpan span, LoopStr name);

/* A fault where a value that is not constant is outside [0, hi]: of a probability (hi 1) or odds (hi infinite). */
void lower_range(Lower *l, const LoopNode *node, uint32_t reg, double hi, const char *what);

/* Instructions that are jumped over where `mask` is > 0 in no lane, or with LOOP_NONE at the first step of the run.
   What is worked out inside is known inside only. Regions do not nest. */
typedef struct LowerRegion {
    size_t skip, begin; /* places of the jump and of the first instruction inside */
} LowerRegion;
LowerRegion lower_open(Lower *l, uint32_t mask);
/* The same where measure number `measure` does not ask for its signal. */
LowerRegion lower_open_measure(Lower *l, uint32_t measure);
void lower_close(Lower *l, LowerRegion region);
void lower_forget(Lower *l); /* what was noted since the region, or the section, began */
void lower_note(Lower *l, uint32_t *place, uint32_t reg);

bool lower_failed(const Lower *l); /* memory ran out */
LoopStr lower_text(Lower *l, LoopStr text); /* a copy that the program owns */
__attribute__((format(printf, 2, 3))) LoopStr lower_print(Lower *l, const char *format, ...);
void *lower_array(Lower *l, const LoopList *list, size_t size); /* the same of a list */
LoopSection lower_section(Lower *l, const LoopList *code);

/* ---- nodes.c, time.c: expressions ---- */
/* The register of an expression, which is worked out here if it was not before. LOOP_NONE for NULL. */
uint32_t lower_value(Lower *l, LoopNode *node);
/* Works out here what of an expression must see every step. */
void lower_hoist(Lower *l, LoopNode *node);
bool lower_calls_foreign(Lower *l, LoopNode *node);
/* Whether it is known before the first step: of NULL too. */
bool lower_settled(Lower *l, LoopNode *node);
bool lower_holds(const LoopNode *node); /* it has a memory that moves on with each evaluation */
/* Gives the register of a symbol, just worked out, its name, and checks it. */
void lower_named(Lower *l, const LoopSymbol *symbol);
/* Whether two expressions are plainly one value: the same node, name, element of a name, or constant. */
bool lower_same_value(const LoopNode *a, const LoopNode *b);
uint32_t lower_time(Lower *l, const LoopNode *node);
uint32_t lower_onset(Lower *l, uint32_t x);
void lower_read_rings(Lower *l);
void lower_write_rings(Lower *l);
/* `reg` as it was `steps` ago, 0 before the start. */
uint32_t lower_late(Lower *l, uint32_t reg, uint32_t steps);

/* ---- fields.c ---- */
LoopLoop *lower_loop_of(Lower *l, const LoopSymbol *symbol);
/* The register of a name, or of what a loop shows. */
uint32_t lower_field(Lower *l, const LoopNode *node);
/* What `chosen`, `policy` and `noise` are in a credit. */
uint32_t lower_credit(Lower *l, const LoopNode *node);
uint32_t lower_clock_part(Lower *l, LoopClockPart part);

/* ---- onsets.c ---- */
/* EVENT_ON, EVENT_ACTIVE or TRIAL_BEGIN, of trials of type `trial`. */
uint32_t lower_event(Lower *l, uint32_t op, const uint32_t *times, uint32_t trial);
/* A register, 1 on the first step of such a trial. */
uint32_t lower_trial_begin(Lower *l, uint32_t trial);
/* Where the event that a moment names begins: a register, 1 on that step. */
uint32_t lower_event_begins(Lower *l, LoopNode *node);

/* ---- uniform.c ---- */
/* Lists every node of the model, names the draws that have no name yet, and finds what differs between lanes. */
void lower_uniform(Lower *l);

/* ---- loops.c ---- */
void lower_loops_declare(Lower *l);
void lower_loops_start(Lower *l); /* the first weights */
void lower_loop(Lower *l, const LoopSymbol *symbol);
void lower_learning(Lower *l);

/* ---- task.c, events.c ---- */
void lower_clock(Lower *l);
void lower_between(Lower *l);
void lower_task(Lower *l);
uint32_t lower_hold(Lower *l, uint32_t value, uint32_t when);
void lower_let(Lower *l, LoopSymbol *let);
void lower_driven(Lower *l, LoopSymbol *sense);

/* ---- measures.c, claims.c ---- */
void lower_measures(Lower *l);
void lower_strips(Lower *l);
void lower_verdict(Lower *l);
void lower_claims(Lower *l);

#endif
