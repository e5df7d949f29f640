/* Constant folding, with the very expressions that the VM runs. */
#include "lang/check/expr/expr.h"

#include "runtime/contract/real_math.h"

#define EW1(name, written, units, doc, expr)                                                                           \
    static double fold_##name(double x, double y, double z)                                                            \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        (void)z;                                                                                                       \
        return expr;                                                                                                   \
    }
#define EW2(name, written, units, doc, expr)                                                                           \
    static double fold_##name(double x, double y, double z)                                                            \
    {                                                                                                                  \
        (void)z;                                                                                                       \
        return expr;                                                                                                   \
    }
#define EW3(name, written, units, doc, expr)                                                                           \
    static double fold_##name(double x, double y, double z)                                                            \
    {                                                                                                                  \
        return expr;                                                                                                   \
    }
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3

static double (*const folds[])(double, double, double) = {
#define EW1(name, written, units, doc, expr) fold_##name,
#define EW2(name, written, units, doc, expr) fold_##name,
#define EW3(name, written, units, doc, expr) fold_##name,
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

static double kid_at(const LoopNode *node, uint32_t kid, uint32_t element)
{
    if (kid >= node->kid_count)
        return 0;
    const LoopNode *k = node->kids[kid];
    return k->constant[k->type.width == 1 ? 0 : element];
}

static void fold_list(const LoopNode *node, double *out)
{
    for (uint32_t k = 0; k < node->kid_count; k++)
        for (uint32_t e = 0; e < node->kids[k]->type.width; e++)
            *out++ = node->kids[k]->constant[e];
}

/* Functions of constants that are worth knowing before the run: those that build vectors or reduce them. The sums
   run as in the VM, so that folding never changes a bit. */
static bool fold_function(const LoopNode *node, double *out)
{
    const LoopNode *x = node->kids[0];
    double part[8] = {0};
    switch (node->function) {
    case LOOP_FN_sum:
    case LOOP_FN_mean:
        for (uint32_t i = 0; i < x->type.width; i++)
            part[i % 8] += x->constant[i];
        out[0] = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
        if (node->function == LOOP_FN_mean)
            out[0] /= x->type.width;
        return true;
    case LOOP_FN_fill:
        for (uint32_t i = 0; i < node->type.width; i++)
            out[i] = x->constant[x->type.width == 1 ? 0 : i];
        return true;
    case LOOP_FN_largest:
    case LOOP_FN_smallest:
        out[0] = x->constant[0];
        for (uint32_t i = 1; i < x->type.width; i++)
            if (node->function == LOOP_FN_largest ? x->constant[i] > out[0] : x->constant[i] < out[0])
                out[0] = x->constant[i];
        return true;
    case LOOP_FN_ramp: {
        uint32_t n = node->type.width;
        double lo = x->constant[0], hi = node->kids[1]->constant[0];
        for (uint32_t i = 0; i < n; i++)
            out[i] = loop_evenly(lo, hi, i, n);
        return true;
    }
    default:
        return false;
    }
}

void loop_fold(LoopChecker *check, LoopNode *node)
{
    bool can = node->kind == LOOP_NODE_OP || node->kind == LOOP_NODE_LIST || node->kind == LOOP_NODE_ELEMENT ||
               node->kind == LOOP_NODE_FUNCTION;
    if (!can || node->kid_count == 0)
        return;
    for (uint32_t i = 0; i < node->kid_count; i++)
        if (!node->kids[i]->constant)
            return;
    double *out = LOOP_NEW_ARRAY(check->arena, node->type.width, double);
    if (!out)
        return;
    if (node->kind == LOOP_NODE_LIST)
        fold_list(node, out);
    else if (node->kind == LOOP_NODE_FUNCTION) {
        if (!fold_function(node, out))
            return;
    } else
        for (uint32_t e = 0; e < node->type.width; e++)
            out[e] = node->kind == LOOP_NODE_ELEMENT
                         ? node->kids[0]->constant[node->size + e]
                         : folds[node->op](kid_at(node, 0, e), kid_at(node, 1, e), kid_at(node, 2, e));
    node->constant = out;
}
