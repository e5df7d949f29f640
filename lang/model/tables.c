/* What kinds, functions, fields, clauses and operations are called, and the hash of a name. */
#include "lang/model/model.h"

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
#include "lang/model/field.def"
#undef FIELD
};

const LoopFieldInfo *loop_field_info(uint32_t field)
{
    return field < LOOP_FIELD_COUNT ? &fields[field] : NULL;
}

static const LoopClauseInfo clauses[] = {
#define CLAUSE(member, compartment, stage, name) {LOOP_IN_##compartment, LOOP_CLAUSE_##stage, name, offsetof(LoopLoopModel, member)},
#include "lang/model/clause.def"
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

bool loop_reducer_is_time(LoopReducer reducer)
{
    return reducer == LOOP_REDUCE_LATENCY || reducer == LOOP_REDUCE_PEAK_TIME;
}

bool loop_reducer_named(LoopStr name, LoopReducer *reducer)
{
    static const struct {
        const char *name;
        LoopReducer reducer;
    } rows[] = {{"mean", LOOP_REDUCE_MEAN}, {"sum", LOOP_REDUCE_SUM}, {"peak", LOOP_REDUCE_PEAK}, {"dip", LOOP_REDUCE_DIP},
                {"sd", LOOP_REDUCE_SD}, {"latency", LOOP_REDUCE_LATENCY}, {"peak_time", LOOP_REDUCE_PEAK_TIME}};
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

const char *loop_symbol_kind_name(LoopSymbolKind kind)
{
    static const char *const names[] = {"constant", "parameter", "sense", "region", "let", "state", "reward", "truth",
                                        "loop", "dopamine signal", "measure", "function", "structure", "trial", "phase",
                                        "group", "foreign function", "circuit", "made circuit", "file"};
    return names[kind];
}

static const struct {
    const char *title, *doc;
} categories[] = {
#define CATEGORY(name, title, doc) {title, doc},
#include "lang/model/category.def"
#undef CATEGORY
};

const char *loop_category_title(LoopCategory category)
{
    return categories[category].title;
}

/* ---- operations ---- */

static const char *const units[] = {
#define EW1(name, written, unit, doc, expr) #unit,
#define EW2(name, written, unit, doc, expr) #unit,
#define EW3(name, written, unit, doc, expr) #unit,
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

static const char *const written[] = {
#define EW1(name, text, unit, doc, expr) text,
#define EW2(name, text, unit, doc, expr) text,
#define EW3(name, text, unit, doc, expr) text,
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

bool loop_op_is_truth(uint32_t op)
{
    return op == LOOP_OP_not || op == LOOP_OP_truth || (op >= LOOP_OP_eq && op <= LOOP_OP_or); /* rows of elementwise.def side by side */
}

const char *loop_op_units(uint32_t op)
{
    return op < sizeof units / sizeof units[0] ? units[op] : "";
}

const char *loop_op_written(uint32_t op)
{
    return op < sizeof written / sizeof written[0] ? written[op] : "";
}

/* ---- names ---- */

/* Names come from untrusted files, so the hash is mixed well (FNV-1a and a finaliser); order never shows. */
uint64_t loop_joined_hash(LoopStr prefix, LoopStr name)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < prefix.len; i++)
        h = (h ^ (unsigned char)prefix.at[i]) * 1099511628211u;
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.at[i]) * 1099511628211u;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    return h ^ (h >> 29);
}

uint64_t loop_name_hash(LoopStr name)
{
    return loop_joined_hash((LoopStr){"", 0}, name);
}
