/* Walking expressions without recursion, and the tables of functions and fields. */
#include "lang/check/model.h"

static const LoopFunctionInfo functions[] = {
#define FUNCTION(name, arguments, fewest, most, group, doc) {#name, arguments, group, doc, fewest, most},
#include "runtime/contract/function.def"
#undef FUNCTION
};

const LoopFunctionInfo *loop_function_info(uint32_t function)
{
    return function < LOOP_FN_COUNT ? &functions[function] : NULL;
}

static const LoopFieldInfo fields[] = {
#define FIELD(name, kinds, width, seen_by, doc) {#name, kinds, width, seen_by, doc},
#include "lang/check/field.def"
#undef FIELD
};

const LoopFieldInfo *loop_field_info(uint32_t field)
{
    return field < LOOP_FIELD_COUNT ? &fields[field] : NULL;
}

static const LoopClauseInfo clauses[] = {
#define CLAUSE(member, compartment, stage, name) {LOOP_IN_##compartment, LOOP_CLAUSE_##stage, name, offsetof(LoopLoopModel, member)},
#include "lang/check/clause.def"
#undef CLAUSE
};

const LoopClauseInfo *loop_clause_info(size_t clause)
{
    return clause < sizeof clauses / sizeof clauses[0] ? &clauses[clause] : NULL;
}

LoopNode *loop_clause_node(const LoopLoopModel *loop, size_t clause)
{
    LoopNode *const *node = (LoopNode *const *)(const void *)((const char *)loop + clauses[clause].offset);
    return *node;
}

bool loop_reducer_named(LoopStr name, LoopReducer *reducer)
{
    static const struct {
        const char *name;
        LoopReducer reducer;
    } rows[] = {{"mean", LOOP_REDUCE_MEAN}, {"sum", LOOP_REDUCE_SUM}, {"peak", LOOP_REDUCE_PEAK}, {"dip", LOOP_REDUCE_DIP}, {"sd", LOOP_REDUCE_SD}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(name, rows[i].name)) {
            *reducer = rows[i].reducer;
            return true;
        }
    return false;
}

uint32_t loop_relation_op(LoopRelation relation)
{
    switch (relation) {
    case LOOP_REL_NE:
        return LOOP_OP_ne;
    case LOOP_REL_LT:
        return LOOP_OP_lt;
    case LOOP_REL_LE:
        return LOOP_OP_le;
    case LOOP_REL_GT:
        return LOOP_OP_gt;
    case LOOP_REL_GE:
        return LOOP_OP_ge;
    case LOOP_REL_EQ:
    case LOOP_REL_NEAR:
        break;
    }
    return LOOP_OP_eq;
}

const double *loop_node_given(const LoopNode *node)
{
    if (!node || node->constant)
        return node ? node->constant : NULL;
    bool param = node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_PARAM && node->symbol->value;
    return param ? node->symbol->value->constant : NULL;
}

bool loop_node_looks_back(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FUNCTION && (node->function == LOOP_FN_prev || node->function == LOOP_FN_delay);
}

typedef struct Frame {
    LoopNode *node;
    uint32_t next; /* kid */
} Frame;

bool loop_nodes_collect(LoopArena *arena, LoopNode *root, uint32_t mark, LoopNodeSkip *skip, LoopList *out)
{
    Frame few[32]; /* as deep as most formulas are */
    LoopList stack = {.items = few, .count = 1, .capacity = sizeof few / sizeof few[0]};
    if (!root || root->mark == mark)
        return true;
    Frame *top;
    few[0] = (Frame){root, 0};
    root->mark = mark;
    while (stack.count) {
        top = &LOOP_ITEM(stack, Frame, stack.count - 1);
        LoopNode *node = top->node;
        bool open = !(skip && skip(node));
        if (open && top->next < node->kid_count) {
            LoopNode *kid = node->kids[top->next++];
            if (kid->mark == mark)
                continue;
            kid->mark = mark;
            Frame *more = LOOP_ADD(arena, &stack, Frame);
            if (!more)
                return false;
            *more = (Frame){kid, 0};
            continue;
        }
        stack.count--;
        LoopNode **place = LOOP_ADD(arena, out, LoopNode *);
        if (!place)
            return false;
        *place = node;
    }
    return true;
}
