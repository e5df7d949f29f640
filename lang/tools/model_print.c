/* The checked model as text: names with their types and places, loops with every default, the schedule. */
#include "lang/tools/model_print.h"

#include "runtime/contract/num.h"
#include "runtime/contract/rule.h"

#include <string.h>

static void put_number(LoopText *out, double x)
{
    char text[32];
    loop_text_put(out, text, loop_num_print(text, x));
}

static void put_unit_number(LoopText *out, double x, LoopUnit unit)
{
    put_number(out, x);
    if (unit == LOOP_UNIT_DURATION)
        loop_text_put(out, " steps", 6);
}

static void put_constant(LoopText *out, const LoopNode *node)
{
    bool list = node->type.width > 1;
    if (list)
        loop_text_put(out, "[", 1);
    for (uint32_t i = 0; i < node->type.width && i < 8; i++) {
        if (i)
            loop_text_put(out, ", ", 2);
        put_unit_number(out, node->constant[i], node->type.unit);
    }
    if (list)
        loop_text_add(out, node->type.width > 8 ? ", ... (%u)]" : "]", node->type.width);
}

static void put_symbol(LoopText *out, const LoopNode *node)
{
    loop_text_str(out, node->symbol->name);
    if (node->field != LOOP_FIELD_SELF)
        loop_text_add(out, ".%s", loop_field_info(node->field)->name);
}

/* Shared nodes may make an expression far longer than its graph: what is past the limit is left out. */
enum { SHOWN_MAX = 2000 };

static void print_node(const LoopNode *node, LoopText *out, size_t end);

static void put_arguments(LoopText *out, const LoopNode *node, size_t end)
{
    loop_text_put(out, "(", 1);
    for (uint32_t i = 0; i < node->kid_count && out->len <= end; i++) {
        if (i)
            loop_text_put(out, ", ", 2);
        print_node(node->kids[i], out, end);
    }
    if (node->size)
        loop_text_add(out, "%s%u", node->kid_count ? "; " : "", node->size);
    loop_text_put(out, ")", 1);
}

/* Elementwise rows that are written between their operands. */
static bool is_infix(const LoopNode *node)
{
    char c = loop_op_written(node->op)[0];
    return node->kid_count == 2 && (!(c >= 'a' && c <= 'z') || node->op == LOOP_OP_and || node->op == LOOP_OP_or);
}

static void put_op(LoopText *out, const LoopNode *node, size_t end)
{
    if (!is_infix(node)) {
        loop_text_add(out, "%s", loop_op_written(node->op));
        put_arguments(out, node, end);
        return;
    }
    loop_text_put(out, "(", 1);
    print_node(node->kids[0], out, end);
    loop_text_add(out, " %s ", loop_op_written(node->op));
    print_node(node->kids[1], out, end);
    loop_text_put(out, ")", 1);
}

static void print_node(const LoopNode *node, LoopText *out, size_t end)
{
    if (out->failed || out->len > end)
        return;
    if (node->constant) {
        put_constant(out, node);
        return;
    }
    switch (node->kind) {
    case LOOP_NODE_CONSTANT:
        put_constant(out, node);
        break;
    case LOOP_NODE_SYMBOL:
        put_symbol(out, node);
        break;
    case LOOP_NODE_OP:
        put_op(out, node, end);
        break;
    case LOOP_NODE_FUNCTION:
        loop_text_add(out, "%s", loop_function_info(node->function)->name);
        put_arguments(out, node, end);
        break;
    case LOOP_NODE_LIST:
        loop_text_add(out, "list");
        put_arguments(out, node, end);
        break;
    case LOOP_NODE_ELEMENT:
        print_node(node->kids[0], out, end);
        if (node->type.width == 1)
            loop_text_add(out, "[%u]", node->size);
        else
            loop_text_add(out, "[%u..%u]", node->size, node->size + node->type.width - 1);
        break;
    case LOOP_NODE_INDEX:
        print_node(node->kids[0], out, end);
        loop_text_put(out, "[", 1);
        print_node(node->kids[1], out, end);
        loop_text_put(out, "]", 1);
        break;
    case LOOP_NODE_CREDIT:
        loop_text_add(out, node->field == LOOP_FIELD_choice ? "chosen" : node->field == LOOP_FIELD_noise ? "noise" : "policy");
        break;
    case LOOP_NODE_FOREIGN:
        loop_text_add(out, "%.*s(", LOOP_STR_ARGS(node->symbol->name));
        put_arguments(out, node, end);
        loop_text_put(out, ")", 1);
        break;
    case LOOP_NODE_CLOCK:
        loop_text_add(out, "%s", node->size == LOOP_CLOCK_PHASE ? "phase" : node->size == LOOP_CLOCK_TRIAL ? "trial" : "time");
        break;
    case LOOP_NODE_MEASURED:
        loop_text_add(out, "measure %u", node->size);
        break;
    case LOOP_NODE_FORESEE:
        loop_text_add(out, "foresee(%.*s: ", LOOP_STR_ARGS(node->symbol->name));
        print_node(node->kids[0], out, end);
        loop_text_put(out, ")", 1);
        break;
    }
}

/* Close to how it was written. */
static void put_node(const LoopNode *node, LoopText *out)
{
    size_t end = out->len + SHOWN_MAX;
    print_node(node, out, end);
    if (out->len <= end || out->failed)
        return;
    out->len = end; /* names and numbers are ASCII */
    loop_text_add(out, " ...");
}

/* ---- the whole model ---- */

static void put_type(LoopText *out, const LoopType *type)
{
    if (type->labels) {
        loop_text_put(out, "[", 1);
        for (uint32_t i = 0; i < type->labels->count && i < 16; i++)
            loop_text_add(out, "%s%.*s", i ? ", " : "", LOOP_STR_ARGS(type->labels->names[i]));
        loop_text_put(out, "]", 1);
    } else if (type->width > 1)
        loop_text_add(out, "[%u]", type->width);
    if (type->unit == LOOP_UNIT_DURATION)
        loop_text_add(out, " duration");
    if (type->choice)
        loop_text_add(out, " choice of %.*s", LOOP_STR_ARGS(type->choice->name));
}

static void put_named(LoopText *out, const char *what, const LoopNode *node)
{
    if (!node)
        return;
    loop_text_add(out, "    %s ", what);
    put_node(node, out);
    loop_text_put(out, "\n", 1);
}

/* "rate" of "the rate" */
static const char *without_article(const char *name)
{
    return strncmp(name, "the ", 4) == 0 ? name + 4 : name;
}

static void put_loop(LoopText *out, const LoopLoopModel *l)
{
    static const char *const horizons[] = {"discount", "ahead", "within"};
    static const char *const kinds[] = {[LOOP_PREDICT] = "predict", [LOOP_CHOOSE] = "choose", [LOOP_VARY] = "vary"};
    loop_text_add(out, "  loop %.*s: %s, %u channels", LOOP_STR_ARGS(l->symbol->name), kinds[l->kind], l->channels);
    if (l->kind == LOOP_PREDICT && l->horizon != LOOP_DISCOUNT)
        loop_text_add(out, ", %s %u steps", horizons[l->horizon], l->lead);
    if (l->kind == LOOP_CHOOSE)
        loop_text_add(out, ", select %s", loop_selection_info(l->selection)->name);
    if (l->dopamine)
        loop_text_add(out, ", rule %s, trained by %.*s", loop_rule(l->rule)->name, LOOP_STR_ARGS(l->dopamine->name));
    loop_text_put(out, "\n", 1);
    for (size_t i = 0; loop_clause_info(i); i++)
        put_named(out, without_article(loop_clause_info(i)->name), loop_clause_node(l, i));
}

static void put_declaration(LoopText *out, const LoopSymbol *s)
{
    loop_text_add(out, "  %s %.*s", loop_symbol_kind_name(s->kind), LOOP_STR_ARGS(s->name));
    if (s->kind == LOOP_SYM_INSTANCE) {
        loop_text_add(out, " of %.*s\n", LOOP_STR_ARGS(loop_ast_find(s->ast, LOOP_AST_KIND)->text));
        return;
    }
    put_type(out, &s->type);
    if (s->kind == LOOP_SYM_DOPAMINE)
        loop_text_add(out, " (%s)", loop_category_title(s->category));
    if (s->init) {
        loop_text_add(out, " from ");
        put_node(s->init, out);
    }
    if (s->value) {
        loop_text_add(out, s->init ? " next " : " = ");
        put_node(s->value, out);
    }
    loop_text_put(out, "\n", 1);
}

/* Not what has a list of its own, nor what others are made of. */
static bool is_shown(const LoopSymbol *s)
{
    return s->kind != LOOP_SYM_LOOP && s->kind != LOOP_SYM_TRIAL && s->kind != LOOP_SYM_PHASE && s->kind != LOOP_SYM_FN &&
           s->kind != LOOP_SYM_CIRCUIT && s->kind != LOOP_SYM_FILE && (s->kind != LOOP_SYM_STRUCTURE || s->used);
}

static void put_task(LoopText *out, const LoopModel *model)
{
    for (size_t i = 0; i < model->trials.count; i++) {
        const LoopTrialModel *t = LOOP_ITEM(model->trials, LoopTrialModel *, i);
        loop_text_add(out, "  trial %.*s: %u steps, %zu events\n", LOOP_STR_ARGS(t->symbol->name), t->duration, t->events.count);
    }
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *p = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        loop_text_add(out, "  phase %.*s: %u trials\n", LOOP_STR_ARGS(p->symbol->name), p->count);
    }
    if (model->between) {
        loop_text_add(out, "  between ");
        put_node(model->between, out);
        loop_text_put(out, "\n", 1);
    }
}

void loop_model_print(const LoopModel *model, LoopText *out)
{
    loop_text_add(out, "model %.*s\nstep ", LOOP_STR_ARGS(model->name));
    put_number(out, model->step_ms);
    loop_text_add(out, " ms\n%u agents in %u groups\ndeclarations\n", model->agents, model->group_count);
    for (size_t i = 0; i < model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (is_shown(s))
            put_declaration(out, s);
    }
    loop_text_add(out, "loops\n");
    for (size_t i = 0; i < model->loops.count; i++)
        put_loop(out, LOOP_ITEM(model->loops, LoopLoopModel *, i));
    loop_text_add(out, "task\n");
    put_task(out, model);
    loop_text_add(out, "schedule\n ");
    for (uint32_t i = 0; i < model->schedule_count; i++)
        loop_text_add(out, " %.*s", LOOP_STR_ARGS(model->schedule[i]->name));
    loop_text_put(out, "\n", 1);
}
