/* Interval arithmetic over formulas. Senses, states, parameters, dopamine and what is learned may be anything: experiments
   and manipulations set them. What is left are the values that are bounded by nature. */
#include "lang/check/review/range.h"

#include <math.h>

enum { LEVELS = 60, VISITS = 100000 }; /* deeper formulas are not looked into, nor is one that reads its parts again and again for longer */

typedef struct Look {
    const LoopModel *model;
    uint32_t left; /* visits */
} Look;

static const LoopRange anything = {-INFINITY, INFINITY}, truth = {0, 1}, above_0 = {0, INFINITY}, unit = {-1, 1};

static LoopRange range_of(Look *look, const LoopNode *node, int level);

static LoopRange known(double lo, double hi)
{
    return isnan(lo) || isnan(hi) ? anything : (LoopRange){lo, hi};
}

static LoopRange hull(LoopRange a, LoopRange b)
{
    return (LoopRange){fmin(a.lo, b.lo), fmax(a.hi, b.hi)};
}

static LoopRange of_constant(const LoopNode *node)
{
    LoopRange range = {node->constant[0], node->constant[0]};
    for (uint32_t i = 1; i < node->type.width; i++)
        range = hull(range, (LoopRange){node->constant[i], node->constant[i]});
    return known(range.lo, range.hi);
}

static LoopRange product(LoopRange a, LoopRange b)
{
    double p[] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
    LoopRange range = {p[0], p[0]};
    for (size_t i = 0; i < 4; i++) {
        if (isnan(p[i]))
            return a.lo >= 0 && b.lo >= 0 ? above_0 : anything;
        range = hull(range, (LoopRange){p[i], p[i]});
    }
    return range;
}

static LoopRange magnitude(LoopRange a)
{
    double far = fmax(fabs(a.lo), fabs(a.hi));
    return (LoopRange){a.lo <= 0 && a.hi >= 0 ? 0 : fmin(fabs(a.lo), fabs(a.hi)), far};
}

static bool is_even(const LoopNode *node)
{
    return node->constant && node->type.width == 1 && fmod(node->constant[0], 2) == 0 && node->constant[0] > 0;
}

static LoopRange of_op(Look *look, const LoopNode *node, int level)
{
    LoopRange k[3] = {anything, anything, anything};
    for (uint32_t i = 0; i < node->kid_count && i < 3; i++)
        k[i] = range_of(look, node->kids[i], level);
    switch (node->op) {
    case LOOP_OP_neg:
        return (LoopRange){-k[0].hi, -k[0].lo};
    case LOOP_OP_abs:
        return magnitude(k[0]);
    case LOOP_OP_sqrt:
    case LOOP_OP_exp:
        return above_0;
    case LOOP_OP_sigmoid:
        return truth;
    case LOOP_OP_tanh:
    case LOOP_OP_sin:
    case LOOP_OP_cos:
        return unit;
    case LOOP_OP_relu:
        return (LoopRange){fmax(k[0].lo, 0), fmax(k[0].hi, 0)};
    case LOOP_OP_floor:
        return (LoopRange){floor(k[0].lo), floor(k[0].hi)};
    case LOOP_OP_add:
        return known(k[0].lo + k[1].lo, k[0].hi + k[1].hi);
    case LOOP_OP_sub:
        return known(k[0].lo - k[1].hi, k[0].hi - k[1].lo);
    case LOOP_OP_mul:
        return product(k[0], k[1]);
    case LOOP_OP_pow:
        return is_even(node->kids[1]) ? above_0 : anything;
    case LOOP_OP_min:
        return (LoopRange){fmin(k[0].lo, k[1].lo), fmin(k[0].hi, k[1].hi)};
    case LOOP_OP_max:
        return (LoopRange){fmax(k[0].lo, k[1].lo), fmax(k[0].hi, k[1].hi)};
    case LOOP_OP_clip:
        return k[1].hi <= k[2].lo ? (LoopRange){k[1].lo, k[2].hi} : anything;
    case LOOP_OP_select:
        return hull(k[1], k[2]);
    default:
        return loop_op_is_truth(node->op) ? truth : anything;
    }
}

static LoopRange of_function(Look *look, const LoopNode *node, int level)
{
    const LoopNode *x = node->kid_count ? node->kids[0] : NULL;
    switch (node->function) {
    case LOOP_FN_largest: /* with a size it is over time, from 0 on */
        return node->size ? hull(range_of(look, x, level), (LoopRange){0, 0}) : range_of(look, x, level);
    case LOOP_FN_mean:
    case LOOP_FN_smallest:
    case LOOP_FN_fill:
    case LOOP_FN_once:
        return range_of(look, x, level);
    case LOOP_FN_prev:
    case LOOP_FN_delay:
        return hull(range_of(look, x, level), range_of(look, node->kids[1], level));
    case LOOP_FN_hold:
        return hull(range_of(look, x, level), (LoopRange){0, 0});
    case LOOP_FN_norm:
    case LOOP_FN_since:
        return above_0;
    case LOOP_FN_argmax:
        return (LoopRange){0, x->type.width - 1.0};
    case LOOP_FN_onset:
    case LOOP_FN_onehot:
    case LOOP_FN_rbf:
    case LOOP_FN_history:
    case LOOP_FN_random_code:
    case LOOP_FN_bernoulli:
        return truth;
    case LOOP_FN_pick:
        return (LoopRange){0, x->type.width - 1.0};
    default:
        return anything;
    }
}

static LoopRange of_symbol(Look *look, const LoopNode *node, int level)
{
    const LoopSymbol *s = node->symbol;
    bool acts = node->field == LOOP_FIELD_chose || node->field == LOOP_FIELD_choice || node->field == LOOP_FIELD_probability;
    if (s->kind == LOOP_SYM_LET && s->value && !s->once)
        return range_of(look, s->value, level);
    if (s->kind == LOOP_SYM_LOOP && acts)
        return truth;
    return s->kind == LOOP_SYM_LOOP && node->field == LOOP_FIELD_SELF && s->loop->kind == LOOP_CHOOSE ? (LoopRange){-1, s->loop->channels - 1.0}
                                                                                                      : anything;
}

/* What is done over trials and agents are means, which stay inside. */
static LoopRange of_measure(Look *look, const LoopNode *node, int level)
{
    const LoopMeasureModel *m = &LOOP_ITEM(look->model->measures, LoopMeasureModel, node->size);
    if (m->first_true)
        return anything;
    if (m->window && (m->reducer == LOOP_REDUCE_SD || loop_reducer_is_time(m->reducer)))
        return above_0;
    LoopRange range = range_of(look, m->signal, level);
    if (m->window && m->reducer == LOOP_REDUCE_SUM)
        return range.lo >= 0 ? above_0 : anything;
    return range;
}

static LoopRange range_of(Look *look, const LoopNode *node, int level)
{
    if (node->constant)
        return of_constant(node);
    if (level == LEVELS || !look->left)
        return anything;
    look->left--;
    switch (node->kind) {
    case LOOP_NODE_OP:
        return of_op(look, node, level + 1);
    case LOOP_NODE_FUNCTION:
        return of_function(look, node, level + 1);
    case LOOP_NODE_SYMBOL:
        return of_symbol(look, node, level + 1);
    case LOOP_NODE_ELEMENT:
    case LOOP_NODE_INDEX:
        return range_of(look, node->kids[0], level + 1);
    case LOOP_NODE_MEASURED:
        return of_measure(look, node, level + 1);
    case LOOP_NODE_CONSTANT:
    case LOOP_NODE_LIST:
    case LOOP_NODE_CREDIT:
    case LOOP_NODE_FORESEE:
    case LOOP_NODE_FOREIGN:
    case LOOP_NODE_CLOCK:
        break;
    }
    return anything;
}

LoopRange loop_bounds_of(const LoopModel *model, const LoopNode *node)
{
    Look look = {model, VISITS};
    return range_of(&look, node, 0);
}
