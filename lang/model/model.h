/* The checked model: every name resolved, every expression typed, every default filled in. The checker makes it from
   the AST and the lowering reads it; it lives in one arena and points into the AST only for texts and spans. */
#ifndef LOOP_MODEL_H
#define LOOP_MODEL_H

#include "lang/syntax/import.h"
#include "runtime/contract/program.h"

typedef struct LoopSymbol LoopSymbol;
typedef struct LoopNode LoopNode;
typedef struct LoopScope LoopScope;

/* ---- types ---- */

typedef struct LoopLabels {
    LoopStr *names;
    uint32_t count;
    uint32_t curves; /* of values over blocks: so many curves take turns, of one element each; 0: it is none */
} LoopLabels;

/* What a foreign function gives: values side by side, each with its name. */
enum { LOOP_RESULTS_MAX = 32 };
typedef struct LoopRecord {
    LoopStr names[LOOP_RESULTS_MAX];
    uint32_t widths[LOOP_RESULTS_MAX];
    uint32_t count, width;
} LoopRecord;

typedef struct LoopType {
    uint32_t width;
    LoopUnit unit;             /* durations are kept in steps */
    const LoopLabels *labels;  /* of the elements, or NULL */
    const LoopRecord *record;  /* the results of a foreign function, or NULL */
    const LoopSymbol *choice;  /* the value is a label of this choose loop, as an index; -1 is none */
} LoopType;

/* ---- expressions ---- */

typedef enum LoopFunction {
#define FUNCTION(name, arguments, fewest, most, group, doc) LOOP_FN_##name,
#include "runtime/contract/function.def"
#undef FUNCTION
    LOOP_FN_COUNT
} LoopFunction;

typedef struct LoopFunctionInfo {
    const char *name, *arguments, *group, *doc;
    uint32_t fewest, most;
} LoopFunctionInfo;
const LoopFunctionInfo *loop_function_info(uint32_t function); /* NULL when there is none */

/* What a loop shows, behind its name. LOOP_FIELD_SELF is the bare name. */
typedef enum LoopField {
#define FIELD(name, kinds, width, seen_by, doc) LOOP_FIELD_##name,
#include "lang/model/field.def"
#undef FIELD
    LOOP_FIELD_COUNT
} LoopField;

typedef struct LoopFieldInfo {
    const char *name, *kinds, *width, *seen_by, *doc;
} LoopFieldInfo;
const LoopFieldInfo *loop_field_info(uint32_t field);

typedef enum LoopNodeKind {
    LOOP_NODE_CONSTANT,
    LOOP_NODE_SYMBOL,      /* the value of `symbol`; of a loop, its `field` */
    LOOP_NODE_OP,          /* elementwise: `op` on kids */
    LOOP_NODE_FUNCTION,    /* `function` of kids; constants among its arguments are in `size` */
    LOOP_NODE_LIST,        /* kids side by side */
    LOOP_NODE_ELEMENT,     /* `type.width` elements of kids[0] from `size` on */
    LOOP_NODE_INDEX,       /* kids[0][kids[1]], the index known at run time */
    LOOP_NODE_CREDIT,      /* chosen, policy or noise of the loop `symbol`: `field` choice, probability (policy) */
    LOOP_NODE_FOREIGN,     /* the foreign function `symbol` of kids */
    LOOP_NODE_CLOCK,       /* where the lane is in the task: the part `size` of the trial clock */
    LOOP_NODE_MEASURED,    /* in arithmetic over measures: the measure `size` of the model in group `group` */
    LOOP_NODE_FORESEE      /* kids[0]: the formula of the reward `symbol` with forecasts in place of senses */
} LoopNodeKind;

/* Parts of the trial clock: -1 between trials (time) and after the last phase. */
typedef enum LoopClockPart { LOOP_CLOCK_PHASE, LOOP_CLOCK_TRIAL, LOOP_CLOCK_TIME } LoopClockPart;

struct LoopNode {
    /* what walks look at comes first, and so lies together */
    LoopNodeKind kind;
    uint32_t mark;            /* of the walk that saw it last */
    LoopNode **kids;
    uint32_t kid_count;
    LoopFunction function;
    LoopSymbol *symbol;
    LoopField field;
    uint32_t op;              /* LoopOp of an elementwise row */
    const double *constant;   /* [width] when the value is known */
    LoopType type;
    LoopSpan span;
    uint32_t size;            /* delay: steps; history: units; element: start; onset: 1 where it is that of an event; ... */
    uint32_t group;           /* LOOP_NODE_MEASURED; LOOP_NONE */
    uint64_t place;           /* of a draw */
    LoopDrawClock clock;      /* of a draw */
    bool pure;                /* neither draws nor holds anything between steps, nor do its kids */
    bool draws;               /* it or a kid draws */
    bool shared;              /* an argument of a function: worked out once, wherever it stands */
    bool time_constant;       /* exp(-1 / (x / step)): the factor that the checker made of a time constant x */
    LoopNode *instead;        /* what stands for it in the formula that is being written anew */
    /* the lowering's */
    bool varies;              /* differs between lanes */
    uint32_t reg;             /* LOOP_NONE until emitted */
    uint32_t late;            /* its place in the list of nodes that hold something between steps; LOOP_NONE */
};

/* The nodes of an expression that `mark` has not seen, each once, kids before parents, appended to `out` (LoopNode *)
   and marked. No recursion: a sum of many terms is a deep tree. `skip` may refuse to look into a node's kids. false:
   no memory. */
typedef bool LoopNodeSkip(const LoopNode *node);
bool loop_nodes_collect(LoopArena *arena, LoopNode *root, uint32_t mark, LoopNodeSkip *skip, LoopList *out);
/* The numbers [width] of a constant, or those that a param has unless it is told otherwise; NULL: they are not known yet. */
const double *loop_node_given(const LoopNode *node);
/* How the units of the operands of an elementwise row go together, and how it is written. */
const char *loop_op_units(uint32_t op);
const char *loop_op_written(uint32_t op);
/* Whether it gives 0 or 1 and nothing else: comparisons, and, or, not. */
bool loop_op_is_truth(uint32_t op);
/* Inside such a node only what was is read, never what is: prev and delay. */
bool loop_node_looks_back(const LoopNode *node);
/* What a node is where lets that are nothing but other names are looked through, some of which may yet turn out to lead in a circle. */
LoopNode *loop_node_named(LoopNode *node);
/* The loop whose choice a node is, or was a moment ago, as a number; NULL: it is none. */
const LoopSymbol *loop_node_choice(const LoopNode *node);

/* ---- symbols ---- */

typedef enum LoopSymbolKind {
    LOOP_SYM_CONST, LOOP_SYM_PARAM, LOOP_SYM_SENSE, LOOP_SYM_REGION, LOOP_SYM_LET, LOOP_SYM_STATE, LOOP_SYM_REWARD,
    LOOP_SYM_TRUTH, LOOP_SYM_LOOP, LOOP_SYM_DOPAMINE, LOOP_SYM_MEASURE, LOOP_SYM_FN, LOOP_SYM_STRUCTURE,
    LOOP_SYM_TRIAL, LOOP_SYM_PHASE, LOOP_SYM_GROUP, LOOP_SYM_FOREIGN, LOOP_SYM_CIRCUIT, LOOP_SYM_INSTANCE, LOOP_SYM_FILE
} LoopSymbolKind;

/* Which names can be confused with which: those of one space must differ. */
typedef enum LoopNamespace {
    LOOP_SPACE_VALUES, LOOP_SPACE_MEASURES, LOOP_SPACE_FUNCTIONS, LOOP_SPACE_STRUCTURES, LOOP_SPACE_TRIALS,
    LOOP_SPACE_PHASES, LOOP_SPACE_GROUPS, LOOP_SPACE_CIRCUITS, LOOP_SPACE_COUNT
} LoopNamespace;

const char *loop_symbol_kind_name(LoopSymbolKind kind);
/* A well-mixed hash of a name, for tables and for the streams of draws; or of one that stands behind a prefix. */
uint64_t loop_name_hash(LoopStr name);
uint64_t loop_joined_hash(LoopStr prefix, LoopStr name);

/* Where a formula is written, and so what it may read: the rows of compartment.def. */
typedef enum LoopCompartment {
#define COMPARTMENT(name, title, reads, same_step, advice) LOOP_IN_##name,
#include "lang/model/compartment.def"
#undef COMPARTMENT
    LOOP_COMPARTMENT_COUNT
} LoopCompartment;

/* What a dopamine signal says. */
typedef enum LoopCategory {
#define CATEGORY(name, title, doc) LOOP_CATEGORY_##name,
#include "lang/model/category.def"
#undef CATEGORY
    LOOP_CATEGORY_COUNT
} LoopCategory;
const char *loop_category_title(LoopCategory category);

typedef struct LoopLoopModel LoopLoopModel;
typedef struct LoopTrialModel LoopTrialModel;

struct LoopSymbol {
    LoopSymbolKind kind;
    LoopStr name;              /* qualified: what stands before it tells the file or the instance of a circuit */
    LoopStr local;             /* as it is declared */
    LoopScope *scope;          /* where its formula is read; of an instance or a file, its own */
    bool formal;               /* what was passed to a circuit: a let, or a constant when its value is one */
    const LoopAst *ast;
    LoopSpan span;             /* of the name where it is declared */
    LoopStr doc;
    LoopCompartment home;      /* where its formula is written */
    uint32_t index;            /* among its kind */
    enum { LOOP_UNTYPED, LOOP_TYPING, LOOP_TYPED } state;
    bool hidden;               /* made by the checker: no text has it */
    const LoopAst **rises;     /* of a sense, [width]: a call that sees the element begin, such as onset(light), or NULL; NULL: none has one */
    bool used, broken;         /* broken: its errors are already reported */
    LoopType type;
    LoopNode *value;           /* its formula; of a state, `next`; NULL for a sense that the task drives */
    LoopNode *verdict;         /* of a measure: its value in the trial that has just ended, in phase `verdict_phase`; NULL: not read yet */
    uint32_t verdict_phase;
    LoopNode *init;            /* of a state */
    LoopNode *forced, *forced_value; /* of a state, sense or param: when a manipulation sets it, and to what; NULL: never */
    LoopNode *old;             /* of a state: its value one step before, which `next` formulas read */
    bool guessed;              /* its type was needed while it was being worked out */
    LoopLoopModel *loop;       /* of a loop */
    LoopStr library;           /* of a foreign function, */
    LoopRecord *record;        /* and what it gives */
    LoopCategory category;     /* of a dopamine signal */
    struct LoopMade *made;     /* category.c: what its value is made of */
    LoopTrialModel *trial;     /* of a trial, and of a let inside one */
    bool once;                 /* of a let in a trial: worked out at the start of the trial, then held */
    uint32_t order;            /* place in the schedule; LOOP_NONE: not scheduled */
    uint32_t mark;
    /* the lowering's */
    bool varies;
    bool observes;            /* a let of weights or traces, which is worked out when the loops have learned */
    uint32_t reg;
};

/* ---- parameters, loops, dopamine ---- */

typedef struct LoopParamModel {
    LoopSymbol *symbol;
    bool ranged;
    double lo, hi;
    double *groups; /* [groups][width] or NULL */
} LoopParamModel;

typedef enum LoopHorizon { LOOP_DISCOUNT, LOOP_AHEAD, LOOP_WITHIN } LoopHorizon;

/* A structure on the path of a loop. */
typedef struct LoopStructure {
    const LoopSymbol *symbol; /* NULL: it is not declared */
    LoopStr name;             /* as written, or as passed to a circuit */
} LoopStructure;

struct LoopLoopModel {
    LoopSymbol *symbol;
    LoopLoopKind kind;
    uint32_t channels, neurons; /* neurons: of each channel */
    LoopWiring wiring;
    uint32_t reach;             /* lines that a neuron sees */
    bool sized;                 /* both are known */
    bool discounting;           /* its discount is being read */
    bool doubted;               /* a warning says by now why it may learn nothing */
    const LoopLabels *labels;   /* of the channels */
    /* predict */
    LoopNode *truth;
    LoopHorizon horizon;
    LoopNode *discount;         /* a factor per step */
    uint32_t lead;              /* steps, for ahead and within */
    /* choose */
    LoopSelection selection;
    LoopNode *selection_value, *when, *override;
    /* vary */
    LoopExploration exploration;
    LoopNode *explored;         /* NULL: 0.1 */
    /* clauses; NULL: not given */
    LoopNode *context, *propose, *bias;
    uint32_t upstate;
    uint32_t rule;
    LoopNode *rate, *trace, *burst, *dip, *forget; /* trace and forget as factors per step */
    LoopNode *settings[LOOP_RULE_SETTINGS];        /* the rule's own; NULL: its default */
    LoopNode *credit, *weights;
    LoopNode *lesioned, *frozen, *blocked;         /* when manipulations silence it, stop its learning, keep its dopamine away; */
    bool *touched;                                 /* [phases][groups]: where one does, NULL: nowhere; */
    bool hindered;                                 /* and nowhere else are the trials those on which one does */
    bool bounded;
    double lo, hi;
    uint32_t shown;             /* bit f: somebody looks at its LoopField f, or learns by it */
    bool uses_policy;           /* it learns by choice - probability */
    uint32_t striatum;          /* the lowering's: register of their activity */
    LoopSymbol *dopamine;       /* the signal that trains it; NULL: none */
    LoopStr path;               /* as text */
    LoopList structures;        /* LoopStructure, in the order of the path */
};

/* The formulas of a loop, as clause.def lists them. */
typedef enum LoopClauseStage { LOOP_CLAUSE_HEAD, LOOP_CLAUSE_INFER, LOOP_CLAUSE_LEARN, LOOP_CLAUSE_START } LoopClauseStage;
typedef struct LoopClauseInfo {
    LoopCompartment in;
    LoopClauseStage stage;
    const char *name; /* "the rate" */
    size_t offset;    /* of the node in LoopLoopModel */
} LoopClauseInfo;
const LoopClauseInfo *loop_clause_info(size_t clause); /* NULL past the last */
LoopNode *loop_clause_node(const LoopLoopModel *loop, size_t clause); /* NULL: not given */

/* A target of a dopamine signal. */
typedef struct LoopTargetModel {
    LoopSymbol *dopamine, *loop;
} LoopTargetModel;

/* ---- task ---- */

typedef struct LoopEventModel {
    const LoopAst *ast;
    LoopSymbol *sense;
    uint32_t element;          /* LOOP_NONE: the whole sense */
    LoopNode *at, *duration;   /* in steps; duration NULL: one step */
    LoopNode *value, *chance;  /* NULL: 1, always */
} LoopEventModel;

struct LoopTrialModel {
    LoopSymbol *symbol;
    uint32_t duration;         /* steps */
    LoopList events;           /* LoopEventModel, inherited ones included */
    LoopList lets;             /* LoopSymbol *, inherited ones included */
    const struct LoopTrialModel *like;
    bool broken;               /* an event has an error */
};

/* Phases may share a name when different groups take them: a symbol stands for all of one name. */
typedef struct LoopPhaseModel {
    LoopSymbol *symbol;
    const LoopAst *ast;
    uint32_t count;
    LoopMixKind mix;
    LoopMixItem *items;
    uint32_t item_count;
    bool *groups;              /* [groups] or NULL */
    LoopNode *until;           /* a condition over LOOP_NODE_MEASURED nodes of the trial that ended; NULL */
    LoopNode *until_bound;
    LoopRelation until_relation;
} LoopPhaseModel;

/* ---- measures ---- */

typedef struct LoopAnchorModel {
    LoopAnchorKind kind;
    LoopNode *onset;           /* the signal whose onset it is; NULL */
    LoopNode *offset;          /* in steps; NULL for 0 */
    int32_t steps;             /* the constant part */
    LoopSpan span;
} LoopAnchorModel;

/* The sense that drives a moment by events of trials; NULL: it is told by something else. */
const LoopSymbol *loop_anchor_driver(const LoopAnchorModel *anchor);
/* Whether an event drives that sense, or the element of it that tells the moment. */
bool loop_event_tells(const LoopEventModel *event, const LoopAnchorModel *anchor);
/* Whether an event of the trial tells that moment, where events of trials do. */
bool loop_anchor_told(const LoopTrialModel *trial, const LoopAnchorModel *anchor);

/* The comparison of a relation, as an elementwise row; near is equality. */
uint32_t loop_relation_op(LoopRelation relation);
/* What is taken over time, outermost before `in`: mean, sum, peak, dip, sd. */
bool loop_reducer_named(LoopStr name, LoopReducer *reducer);
bool loop_reducer_is_time(LoopReducer reducer); /* what it gives is a duration, whatever the signal */

typedef struct LoopMeasureModel {
    LoopStr text;
    LoopSpan span;
    LoopNode *signal;
    bool window;
    LoopAnchorModel from, to;
    LoopReducer reducer;
    LoopSelect select;
    bool first_true;
    bool instant;              /* its value is wanted as each trial ends */
} LoopMeasureModel;

typedef struct LoopClaimModel {
    LoopStr name, text;
    LoopSpan span;
    bool is_expectation;
    LoopNode *value, *bound, *tolerance, *margin; /* over LOOP_NODE_MEASURED; NULL: not given */
    uint32_t value_group, bound_group, by_group; /* whose agents; LOOP_NONE: all */
    bool tolerance_is_percent;
    LoopRelation relation;
    double percent;
} LoopClaimModel;

typedef struct LoopStripModel {
    LoopNode *signal;
    LoopStr text;
    LoopSelect select;         /* trial filled in */
    LoopSymbol *phase;
    uint32_t group;
    bool plotted;
} LoopStripModel;

/* Options that change the model: `-p NAME=VALUE`, each as text. */
typedef struct LoopSetting {
    LoopStr name, value;
    bool used;
} LoopSetting;

typedef struct LoopModel {
    LoopArena *arena;
    LoopStr name, doc;
    LoopList sources;          /* LoopStr: what the file reproduces */
    double step_ms;
    uint64_t seed;
    uint32_t agents;
    LoopStr *groups;
    uint32_t group_count;
    LoopList symbols;          /* LoopSymbol *, in the order of the file */
    LoopList params;           /* LoopParamModel */
    LoopList loops;            /* LoopLoopModel * */
    LoopList targets;          /* LoopTargetModel */
    LoopList trials;           /* LoopTrialModel * */
    LoopList phases;           /* LoopPhaseModel */
    LoopList amounts;          /* LoopNode *: what manipulations add or set */
    LoopNode *between;         /* in steps; NULL: none */
    bool between_drawn;        /* rounded to whole steps */
    LoopList measures;         /* LoopMeasureModel */
    LoopList claims;           /* LoopClaimModel */
    LoopList strips;           /* LoopStripModel */
    LoopSymbol **schedule;     /* what has a value each step, in the order it is worked out */
    uint32_t schedule_count;
    uint64_t nodes;            /* made so far */
    const LoopSetting *settings; /* that it was checked with */
    size_t setting_count;
} LoopModel;

#endif
