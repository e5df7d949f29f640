/* Inside the checker: what its files share. The order of its passes is in check.c. */
#ifndef LOOP_CHECK_H
#define LOOP_CHECK_H

#include "lang/check/model.h"

typedef struct LoopNameTable {
    LoopSymbol **slots; /* open addressing, a power of two */
    size_t size, count;
} LoopNameTable;

/* A formal of a circuit in one instance of it. */
typedef struct LoopFormal {
    LoopStr name;
    const LoopAst *argument;   /* what was passed, or the default */
    LoopScope *from;           /* where that is read */
    bool in_place;             /* a name, or an element of one: it stands for itself wherever the body has the formal */
    LoopStr path;              /* the name, dots included; empty: it is none */
    LoopSymbol *symbol;        /* of any other formula, which is worked out once; NULL */
    bool read;
    size_t errors;             /* there were when it was found to be wrong; 0: it was not, see loop_formal_is_broken */
} LoopFormal;

/* Where names are looked up: a file, or an instance of a circuit. */
struct LoopScope {
    LoopStr prefix;            /* "", "pavlov.", "flinch.": before the names that are declared in it */
    const LoopFile *source;    /* of a file; NULL */
    LoopScope *file;           /* of an instance: the file that its circuit stands in; of a file, itself */
    bool closed;               /* what is not its own is seen only when it can't differ between models: see loop_scope_find */
    LoopFormal *formals;
    uint32_t formal_count;
    const LoopAst *circuit, *make;
    LoopScope *maker;
    LoopInside inside;
    LoopList symbols;          /* LoopSymbol *, declared in it */
    LoopList scopes;           /* of a file: LoopScope *, of its uses */
    uint32_t depth;            /* of instances in instances */
};

/* A place of several formulas, and how many draws they have had: NULL in a slot that is free. */
typedef struct LoopDrawPlace {
    uint64_t name; /* its hash */
    uint32_t *draws;
} LoopDrawPlace;

typedef struct LoopDrawTable {
    LoopDrawPlace *slots;
    size_t size, count; /* a power of two, or 0 */
} LoopDrawTable;

/* A foresee() whose reward had no formula yet when it was met. */
typedef struct LoopPostponed {
    LoopNode *node;
    const LoopAst *call;
} LoopPostponed;

typedef struct LoopChecker {
    LoopArena *arena;
    LoopDiags *diags;
    LoopModel *model;
    const LoopAst *file;    /* the main one */
    const LoopFile *main;
    LoopScope *scope;       /* where names are looked up now */
    LoopList files;         /* LoopScope * */
    uint32_t instances, bound; /* instances, and formals of them, so far */
    LoopSetting *settings;
    size_t setting_count;
    LoopNameTable spaces[LOOP_SPACE_COUNT];
    LoopList typed;         /* LoopSymbol *, in the order they got their type: undone when a guess was wrong */
    LoopDrawTable places;
    LoopList postponed;     /* LoopPostponed */
    uint32_t depth;         /* of nested expressions and definitions */
    uint32_t mark;          /* last walk */
    bool step_unknown;      /* it is being worked out */
    bool too_large;         /* reported once */
} LoopChecker;

/* A name that is bound inside a function. */
typedef struct LoopBinding {
    LoopStr name;
    LoopNode *node;
    LoopNode *in_past;            /* what prev and delay take, where `node` has states as they were; else NULL */
    const struct LoopBinding *outer;
} LoopBinding;

/* Where an expression stands. */
typedef struct LoopWhere LoopWhere;

/* How measured values are read, where they are known. NULL: reported. */
typedef struct LoopMeasuring {
    LoopNode *(*placed)(LoopChecker *check, const LoopWhere *where, const LoopAst *ast); /* a signal and its place, or trials until */
    LoopNode *(*named)(LoopChecker *check, const LoopWhere *where, LoopSymbol *symbol);  /* a measure */
} LoopMeasuring;

struct LoopWhere {
    LoopCompartment in;
    LoopStr place;                /* qualified name of the declaration, for the streams of its draws */
    uint32_t *draws;              /* how many it has had */
    LoopDrawClock clock;
    const LoopBinding *bindings;
    LoopLoopModel *credit;        /* chosen, policy and noise are known here */
    LoopTrialModel *trial;        /* whose lets are known here */
    bool old_states;              /* a state that is named is its value one step before */
    const LoopSymbol *beside;     /* the loop whose choice a bare name is compared with */
    const LoopMeasuring *measuring; /* measured values are known here; NULL: they aren't */
    bool over_time;               /* this is measured over a window: what stands outermost is taken over its time */
    uint32_t instant;             /* measures are of the trial of this phase that has just ended; LOOP_NONE */
};

enum {
    LOOP_LEVELS_MAX = 1000,       /* nested expressions and definitions: each level is a few frames of the stack */
    LOOP_WIDTH_MAX = 1 << 24,     /* elements of one value */
    LOOP_INSTANCES_MAX = 10000,   /* of circuits: they multiply where circuits make circuits */
    LOOP_INSTANCES_DEPTH_MAX = 32,
    LOOP_MADE_NAMES_MAX = 200000, /* what all instances declare together: before it is typed it costs memory, too */
    LOOP_FORMALS_MAX = 64,        /* of one circuit */
    LOOP_NODES_MAX = 1000000      /* expression nodes after functions are written out */
};

/* ---- scope.c ---- */
void loop_scope_declare_all(LoopChecker *check);
LoopSymbol *loop_scope_add(LoopChecker *check, LoopSymbolKind kind, const LoopAst *ast, LoopCompartment home);
/* Reports a name that the language has for itself. false: it is free. */
bool loop_scope_report_built_in(LoopChecker *check, LoopStr name, LoopSpan span);
/* What is declared under the name `prefix` + `name`, and nothing else. */
LoopSymbol *loop_scope_lookup(const LoopChecker *check, LoopNamespace space, LoopStr prefix, LoopStr name);
void loop_scope_declare(LoopChecker *check, const LoopAst *declaration);

/* ---- resolve.c: what a name means ---- */
/* From now on names are those of `scope`. Gives the scope before, which is to be entered again. */
LoopScope *loop_scope_enter(LoopChecker *check, LoopScope *scope);
/* What `name`, dots included, means here: a formal stands for what was passed; then what is declared here; then what a
   used file declares; in a circuit, then the constants, functions, structures and circuits of its file. */
LoopSymbol *loop_scope_find(const LoopChecker *check, LoopNamespace space, LoopStr name);
/* Whether what was passed has been reported. What was said on the strength of a wrong guess does not count. */
bool loop_formal_is_broken(const LoopChecker *check, const LoopFormal *formal);
LoopFormal *loop_scope_formal(const LoopScope *scope, LoopStr name);
/* In a circuit: reports a name of its file that has to be passed. false: it is no such name. */
bool loop_scope_report_closed(LoopChecker *check, LoopNamespace space, LoopStr name, LoopSpan span);
/* Reports a dotted name whose front is an instance or a file without such a part. false: it is none. */
bool loop_scope_report_part(LoopChecker *check, LoopStr name, LoopSpan span);
/* Notes what a formal stands for, where a message names it. */
void loop_scope_note_passed(LoopChecker *check, LoopDiag *diag, LoopStr name);
/* An instance or a used file where a value is wanted. */
void loop_scope_report_opener(LoopChecker *check, const LoopSymbol *symbol, LoopSpan span);
/* The dotted text of a name with fields; empty when there is more to it. */
LoopStr loop_scope_path(LoopChecker *check, const LoopAst *ast);

/* ---- circuits.c, files.c: instances and used files ---- */
/* false: reported; then it is not made. */
bool loop_circuit_check(LoopChecker *check, const LoopAst *circuit);
void loop_circuits_make(LoopChecker *check, const LoopAst *block);
void loop_circuits_check_passed(LoopChecker *check);
void loop_files_declare(LoopChecker *check);

LoopNamespace loop_scope_space(LoopSymbolKind kind);
/* Nearest name of that space for a help line; empty when none is near. */
LoopStr loop_scope_near(const LoopChecker *check, LoopNamespace space, LoopStr name);
/* Finds it, or reports it with `what` ("trial") and a suggestion. Marks it used. */
LoopSymbol *loop_scope_need(LoopChecker *check, LoopNamespace space, LoopStr name, LoopSpan span, const char *what);
const char *loop_symbol_kind_name(LoopSymbolKind kind);
/* `[N]` where N is a constant is a size, and where it is a parameter meant as one; every other name is a label. */
bool loop_labels_is_size(const LoopChecker *check, const LoopAst *size);
/* The list of labels that a symbol is declared with, whether it has its type by now or not; NULL: none. */
const LoopAst *loop_labels_declared(const LoopChecker *check, const LoopSymbol *symbol);
/* Index of a label; LOOP_NONE. */
uint32_t loop_labels_find(const LoopLabels *labels, LoopStr name);

/* ---- symbols.c: types of names ---- */
/* Makes sure a symbol has its type (and, where it needs it for that, its formula). */
void loop_symbol_type(LoopChecker *check, LoopSymbol *symbol);
LoopWhere loop_where(LoopChecker *check, LoopCompartment in, LoopStr place, LoopDrawClock clock);
/* The same for one of several formulas of a place: its draws are numbered on behind those of the formulas before. */
LoopWhere loop_where_on(LoopChecker *check, LoopCompartment in, LoopStr place, LoopDrawClock clock);
void loop_symbols_forget(LoopChecker *check, size_t from); /* what was typed since there were `from` of them */
void loop_symbols_fill(LoopChecker *check); /* types and formulas of everything but loops, tasks and measures */

/* ---- expr.c, names.c, calls.c: expressions ---- */
/* NULL when it has an error, which is then reported. */
LoopNode *loop_expr(LoopChecker *check, const LoopWhere *where, const LoopAst *ast);
LoopNode *loop_expr_name(LoopChecker *check, const LoopWhere *where, const LoopAst *ast);
LoopNode *loop_expr_call(LoopChecker *check, const LoopWhere *where, const LoopAst *ast);
/* The symbol that a name, dotted or not, stands for; NULL (nothing reported) when it is none. */
LoopSymbol *loop_expr_symbol(LoopChecker *check, const LoopAst *ast);
/* Whether the language has a function of that name. */
bool loop_call_known(LoopStr name);
/* The labels, if it has such, and how many elements a value has that is declared with `size`, which may be NULL. */
const LoopLabels *loop_labels_make(LoopChecker *check, const LoopAst *size, uint32_t *width);
/* Warns of a comparison for being equal with a number that a choice never is. */
void loop_labels_doubt(LoopChecker *check, const LoopNode *a, const LoopNode *b);
/* A bare name as a label beside `beside`; NULL (nothing reported) when it is none. */
LoopNode *loop_expr_label(LoopChecker *check, const LoopNode *beside, const LoopAst *ast);
LoopNode *loop_node_new(LoopChecker *check, LoopNodeKind kind, LoopSpan span, uint32_t kids);
LoopNode *loop_node_constant(LoopChecker *check, LoopSpan span, const double *values, uint32_t width, LoopUnit unit);
LoopNode *loop_node_number(LoopChecker *check, LoopSpan span, double value);
LoopNode *loop_node_symbol(LoopChecker *check, LoopSymbol *symbol, LoopField field, LoopSpan span);
/* An elementwise row on kids; checks widths and units. NULL when they don't fit. */
LoopNode *loop_node_op(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode **kids, uint32_t count);
LoopNode *loop_node_function(LoopChecker *check, LoopSpan span, LoopFunction function, LoopType type, LoopNode **kids,
                             uint32_t count);
/* Gives the node its purity from its kids, and its constant. Call last. */
void loop_node_done(LoopChecker *check, LoopNode *node);
const char *loop_op_units(uint32_t op);
const char *loop_op_written(uint32_t op);

/* Demands on a node; each reports once and returns false. `what` names it: "the rate". NULL nodes pass in silence
   as failures. */
bool loop_need_width(LoopChecker *check, const LoopNode *node, uint32_t width, const char *what);
bool loop_need_unit(LoopChecker *check, const LoopNode *node, LoopUnit unit, const char *what);
bool loop_need_constant(LoopChecker *check, const LoopNode *node, const char *what);
/* A constant whole number in [lo, hi]; a count is one of up to 2^32 - 1. */
bool loop_need_whole(LoopChecker *check, const LoopNode *node, const char *what, double lo, double hi, double *out);
bool loop_need_count(LoopChecker *check, const LoopNode *node, const char *what, double lo, double hi, uint32_t *out);
/* A constant duration of a whole number of steps, at least `least`. */
bool loop_need_steps(LoopChecker *check, const LoopNode *node, const char *what, uint32_t least, uint32_t *out);
/* The same for one that may be known at run time only: reports what can be known now. */
bool loop_need_whole_steps(LoopChecker *check, const LoopNode *node, const char *what);
/* So many steps can be remembered: of a delay, or of what a loop predicts. */
bool loop_need_memory(LoopChecker *check, LoopSpan span, const char *what, uint32_t steps);
/* A duration in milliseconds, in the unit in which it reads best. */
void loop_duration_put(LoopText *out, double ms);
/* A time constant (duration) or a factor: the factor per step. `instead`: what helps where it is 0 or less; NULL for the usual. */
LoopNode *loop_need_factor(LoopChecker *check, LoopNode *node, const char *what, const char *instead);

/* ---- foreign.c ---- */
void loop_foreign_declare(LoopChecker *check, const LoopAst *ast);
LoopNode *loop_foreign_call_node(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopSymbol *symbol);
/* The elements of a result. */
bool loop_record_find(const LoopRecord *record, LoopStr name, uint32_t *from, uint32_t *width);

/* ---- fold.c ---- */
/* Gives `node` its constant when all its kids have one. */
void loop_fold(LoopChecker *check, LoopNode *node);

/* ---- loops.c, foresee.c, anatomy.c, dopamine.c, task.c, measures.c, claims.c ---- */
void loop_loop_header(LoopChecker *check, LoopSymbol *symbol);
/* Makes sure that the neurons and synapses of a loop are counted. */
void loop_loop_sizes(LoopChecker *check, LoopLoopModel *loop);
void loop_loops_fill(LoopChecker *check);
LoopNode *loop_error_formula(LoopChecker *check, LoopSymbol *loop, LoopSpan span, bool discount_only);
void loop_header_discount(LoopChecker *check, LoopLoopModel *loop);
void loop_dopamine_fill(LoopChecker *check);
/* Kinds of regions and structures, and the sources of dopamine; paths are checked with the loops. */
void loop_anatomy_check(LoopChecker *check);
/* The call foresee(r, by L, M ...): a node of kind FORESEE. NULL: reported. */
LoopNode *loop_foresee(LoopChecker *check, const LoopAst *call);
/* Once all rewards have their formula: those that had to wait for one. */
void loop_foresee_fill(LoopChecker *check);
void loop_task_declare(LoopChecker *check);
/* Where a formula of the task stands: of a trial, or (NULL) of the task itself. */
LoopWhere loop_task_where(LoopChecker *check, const LoopTrialModel *trial, LoopStr what);
void loop_trial_fill(LoopChecker *check, LoopSymbol *symbol);
void loop_task_fill(LoopChecker *check);
void loop_manipulations_fill(LoopChecker *check);
/* Reports that the manipulation `word` can't act on what was named; `wanted` says on what it can. `symbol` may be NULL. */
void loop_target_report(LoopChecker *check, LoopStr word, const LoopAst *name, const LoopSymbol *symbol, const char *wanted);
/* A moment: an event or a time of the trial, plus durations. */
bool loop_anchor_read(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopAnchorModel *anchor);
/* Reports a moment that no trial of the phase has; LOOP_NONE: of no phase. */
bool loop_anchor_need(LoopChecker *check, const LoopAnchorModel *anchor, uint32_t phase);
/* Whether a value, or each element of a constant, is in the range of a param; reports it. `by`: the setting that it is from, or NULL. */
bool loop_param_in_range(LoopChecker *check, const LoopParamModel *param, double value, LoopSpan span, const LoopSetting *by);
bool loop_param_fits(LoopChecker *check, const LoopSymbol *symbol, const LoopNode *value);
void loop_measures_fill(LoopChecker *check);
/* A condition of `until`. */
bool loop_measure_condition(LoopChecker *check, const LoopAst *condition, uint32_t phase, LoopNode **value, LoopNode **bound,
                            LoopRelation *relation);

/* ---- settings.c ---- */
/* The last setting of that name, which is the one that counts; NULL: there is none. */
const LoopSetting *loop_setting_last(LoopChecker *check, LoopStr name);
/* The value that `-p` gives to a const or param, in place of `node`, which is what the file says. NULL: reported. */
LoopNode *loop_setting_value(LoopChecker *check, const LoopSymbol *symbol, LoopNode *node);
/* What groups give to params, and `-p` to groups. */
void loop_groups_fill(LoopChecker *check);
/* Reports each `-p` that met nothing. */
void loop_settings_check(LoopChecker *check);

/* ---- formulas.c, compartments.c, causality.c, unused.c ---- */
void loop_compartments_check(LoopChecker *check);
void loop_schedule_make(LoopChecker *check);
void loop_categories_fill(LoopChecker *check);
void loop_unused_check(LoopChecker *check);
void loop_doubts_check(LoopChecker *check);
/* Those about one loop, in its scope: what all instances of a circuit have in common is said once. */
void loop_doubts_loop(LoopChecker *check, const LoopLoopModel *loop);
/* And about a dopamine signal: an error is made of values, and the number of a choice, which says which it was, is none. */
void loop_doubts_signal(LoopChecker *check, const LoopSymbol *signal);

/* Calls `visit` for each formula of the model: its compartment, its node, whom it belongs to (NULL: an anonymous
   clause, then `what` names it). */
typedef void LoopFormulaVisit(LoopChecker *check, LoopCompartment in, LoopNode *node, LoopSymbol *owner, const char *what);
void loop_formulas(LoopChecker *check, LoopFormulaVisit *visit);

/* What can be known before the first step: constants, parameters and draws. Reports what is not. */
bool loop_need_initial(LoopChecker *check, LoopNode *node, const char *what);
/* A well-mixed hash of a name, for tables and for the streams of draws. */
uint64_t loop_name_hash(LoopStr name);

static inline LoopStr loop_check_text(const LoopChecker *check, LoopSpan span)
{
    return loop_diags_text(check->diags, span);
}

#endif
