/* Walking expressions without recursion. */
#include "lang/model/model.h"

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

enum { NAMES_MAX = 1000 }; /* of one thing */

LoopNode *loop_node_named(LoopNode *node)
{
    for (int i = 0; i < NAMES_MAX && node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_LET && node->symbol->value && !node->symbol->once; i++)
        node = node->symbol->value;
    return node;
}

const LoopSymbol *loop_node_choice(const LoopNode *node)
{
    while (loop_node_looks_back(node))
        node = node->kids[0];
    const bool loop = node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_LOOP && node->field == LOOP_FIELD_SELF;
    return loop && node->symbol->loop && node->symbol->loop->kind == LOOP_CHOOSE && node->type.width == 1 ? node->symbol : NULL;
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

const LoopSymbol *loop_anchor_driver(const LoopAnchorModel *anchor)
{
    const LoopNode *whole = anchor->onset && anchor->onset->kind == LOOP_NODE_ELEMENT ? loop_node_named(anchor->onset->kids[0]) : anchor->onset;
    bool driven = whole && whole->kind == LOOP_NODE_SYMBOL && whole->symbol->kind == LOOP_SYM_SENSE && !whole->symbol->value;
    return driven ? whole->symbol : NULL;
}

bool loop_event_tells(const LoopEventModel *event, const LoopAnchorModel *anchor)
{
    bool same = anchor->onset->kind != LOOP_NODE_ELEMENT || event->element == LOOP_NONE || event->element == anchor->onset->size;
    return same && event->sense == loop_anchor_driver(anchor);
}

bool loop_anchor_told(const LoopTrialModel *trial, const LoopAnchorModel *anchor)
{
    bool told = !loop_anchor_driver(anchor);
    for (size_t i = 0; !told && i < trial->events.count; i++)
        told = loop_event_tells(&LOOP_ITEM(trial->events, LoopEventModel, i), anchor);
    return told;
}
