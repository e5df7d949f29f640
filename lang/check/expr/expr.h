/* Formulas: their types, and those of the names that they are made of. */
#ifndef LOOP_CHECK_EXPR_H
#define LOOP_CHECK_EXPR_H

#include "lang/check/names/names.h"

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

/* ---- where.c ---- */
LoopWhere loop_where(LoopChecker *check, LoopCompartment in, LoopStr place, LoopDrawClock clock);
/* The same for one of several formulas of a place: its draws are numbered on behind those of the formulas before. */
LoopWhere loop_where_on(LoopChecker *check, LoopCompartment in, LoopStr place, LoopDrawClock clock);

/* ---- fold.c ---- */
/* Gives `node` its constant when all its kids have one. */
void loop_fold(LoopChecker *check, LoopNode *node);

/* ---- make.c ---- */
LoopNode *loop_node_new(LoopChecker *check, LoopNodeKind kind, LoopSpan span, uint32_t kids);
/* The node over what stands instead of its kids: a copy, or itself where each stands for itself. NULL: no memory, or reported. */
LoopNode *loop_node_over(LoopChecker *check, LoopNode *node);
LoopNode *loop_node_constant(LoopChecker *check, LoopSpan span, const double *values, uint32_t width, LoopUnit unit);
LoopNode *loop_node_number(LoopChecker *check, LoopSpan span, double value);
LoopNode *loop_node_symbol(LoopChecker *check, LoopSymbol *symbol, LoopField field, LoopSpan span);
/* An elementwise row on kids; checks widths and units. NULL when they don't fit. */
LoopNode *loop_node_op(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode **kids, uint32_t count);
LoopNode *loop_node_function(LoopChecker *check, LoopSpan span, LoopFunction function, LoopType type, LoopNode **kids,
                             uint32_t count);
LoopNode *loop_node_op2(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode *a, LoopNode *b);
const char *loop_unit_name(LoopUnit unit); /* "a duration" */
/* The labels of the loop that a choice is of; NULL: it has none, or there is no such loop. */
const LoopLabels *loop_choice_labels(const LoopSymbol *choice);
/* Whether two choices number the same labels alike, or are of one loop. */
bool loop_choices_alike(const LoopSymbol *a, const LoopSymbol *b);
/* Gives the node its purity from its kids, and its constant. Call last. */
void loop_node_done(LoopChecker *check, LoopNode *node);

/* ---- need.c ---- */
/* Demands on a node; each reports once and returns false. `what` names it: "the rate". NULL nodes pass in silence
   as failures. */
bool loop_need_width(LoopChecker *check, const LoopNode *node, uint32_t width, const char *what);
bool loop_need_unit(LoopChecker *check, const LoopNode *node, LoopUnit unit, const char *what);
bool loop_need_constant(LoopChecker *check, const LoopNode *node, const char *what);
/* A constant whole number in [lo, hi], or one that misses it by rounding alone; a count is one of up to 2^32 - 1. */
bool loop_need_whole(LoopChecker *check, const LoopNode *node, const char *what, double lo, double hi, double *out);
bool loop_need_count(LoopChecker *check, const LoopNode *node, const char *what, double lo, double hi, uint32_t *out);
/* A constant duration of a whole number of steps, at least `least`. One that misses it by rounding alone is made that. */
bool loop_need_steps(LoopChecker *check, LoopNode *node, const char *what, uint32_t least, uint32_t *out);
/* The same for one that may be known at run time only: reports what can be known now. */
bool loop_need_whole_steps(LoopChecker *check, LoopNode *node, const char *what);
/* So many steps can be remembered: of a delay, or of what a loop predicts. */
bool loop_need_memory(LoopChecker *check, LoopSpan span, const char *what, uint32_t steps);
/* A duration in steps; what misses a whole number by rounding alone is that number. */
double loop_duration_steps(double ms, double step_ms);
/* A duration in milliseconds, in the unit in which it reads best. */
void loop_duration_put(LoopText *out, double ms);
/* A time constant (duration) or a factor: the factor per step. `instead`: what helps where it is 0 or less; NULL for the usual. */
LoopNode *loop_need_factor(LoopChecker *check, LoopNode *node, const char *what, const char *instead);

/* ---- symbols.c: types of names ---- */
/* Makes sure a symbol has its type (and, where it needs it for that, its formula). */
void loop_symbol_type(LoopChecker *check, LoopSymbol *symbol);
/* What can be known before the first step: constants, parameters and draws. Reports what is not. */
bool loop_need_initial(LoopChecker *check, LoopNode *node, const char *what);
/* Whether a value, or each element of a constant, is in the range of a param; reports it. `by`: the setting that it is from, or NULL. */
bool loop_param_in_range(LoopChecker *check, const LoopParamModel *param, double value, LoopSpan span, const LoopSetting *by);
bool loop_param_fits(LoopChecker *check, const LoopSymbol *symbol, const LoopNode *value);
void loop_symbols_forget(LoopChecker *check, size_t from); /* what was typed since there were `from` of them */
void loop_symbols_fill(LoopChecker *check); /* types and formulas of everything but loops, tasks and measures */

/* ---- unknown.c ---- */
/* Reports a name that is no value; `kind`: what loops do that have a credit of that name, where one is asked for, or NULL. */
void loop_unknown_report(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const char *kind);

/* ---- expr.c, names.c, calls.c, labels.c ---- */
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
/* The first of them, in quotes. */
void loop_labels_list(const LoopLabels *labels, LoopText *out);
/* Warns of a comparison for being equal with a number that a choice never is. */
void loop_labels_doubt(LoopChecker *check, const LoopNode *a, const LoopNode *b);
/* The same labels in one order. */
bool loop_labels_same(const LoopLabels *a, const LoopLabels *b);
/* Warns where two values go together that have the same labels in another order. Either may be NULL. The warning, for notes; or NULL. */
LoopDiag *loop_labels_order_doubt(LoopChecker *check, LoopSpan span, const LoopLabels *a, const LoopLabels *b);
/* A bare name as a label beside `beside`; NULL (nothing reported) when it is none. */
LoopNode *loop_expr_label(LoopChecker *check, const LoopNode *beside, const LoopAst *ast);

/* ---- foreign.c ---- */
void loop_foreign_declare(LoopChecker *check, const LoopAst *ast);
LoopNode *loop_foreign_call_node(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopSymbol *symbol);
/* The elements of a result. */
bool loop_record_find(const LoopRecord *record, LoopStr name, uint32_t *from, uint32_t *width);

/* ---- headers.c, wiring.c: what a formula can know of a loop ---- */
void loop_loop_header(LoopChecker *check, LoopSymbol *symbol);
/* The discount of a predict loop that has one. */
void loop_header_discount(LoopChecker *check, LoopLoopModel *loop);
/* Reports that the head of a loop, which is being read, asks for what the loop shows. */
void loop_header_circle(LoopChecker *check, LoopSymbol *symbol, LoopSpan span);
/* The prediction error of a predict loop; `discount_only`: it must have a discount. NULL: reported. */
LoopNode *loop_error_formula(LoopChecker *check, LoopSymbol *loop, LoopSpan span, bool discount_only);
/* Where the formula of a clause stands; its draws are of a place of its own. */
LoopWhere loop_clause_where(LoopChecker *check, const LoopLoopModel *loop, LoopCompartment in, const char *name);
/* Width 1, or one element a channel. Reports what is neither. */
bool loop_clause_fits(LoopChecker *check, const LoopLoopModel *loop, const LoopNode *node, const char *what);
/* Makes sure that the neurons and synapses of a loop are counted. */
void loop_loop_sizes(LoopChecker *check, LoopLoopModel *loop);

/* ---- foresee.c ---- */
/* The call foresee(r, by L, M ...): a node of kind FORESEE. NULL: reported. */
LoopNode *loop_foresee(LoopChecker *check, const LoopAst *call);
/* Once all rewards have their formula: those that had to wait for one. */
void loop_foresee_fill(LoopChecker *check);

/* ---- settings.c ---- */
/* The last setting of that name, which is the one that counts; NULL: there is none. */
const LoopSetting *loop_setting_last(LoopChecker *check, LoopStr name);
/* The value that `-p` gives to a const or param, in place of `node`, which is what the file says. NULL: reported. */
LoopNode *loop_setting_value(LoopChecker *check, const LoopSymbol *symbol, LoopNode *node);
/* What groups give to params, and `-p` to groups. */
void loop_groups_fill(LoopChecker *check);
/* Reports each `-p` that met nothing. */
void loop_settings_check(LoopChecker *check);

#endif
