/* Who may read what. A formula's compartment lists the classes of what it may read; a definition at top level (or a
   function, which is written out) has no compartment of its own: what it reads counts where it is used. */
#include "lang/check/review/review.h"

typedef struct Compartment {
    const char *title, *reads, *advice;
    bool same_step;
} Compartment;

static const Compartment compartments[] = {
#define COMPARTMENT(name, title, reads, same_step, advice) {title, reads, advice, same_step},
#include "lang/model/compartment.def"
#undef COMPARTMENT
};

/* Why a class is closed, in the words of the field. */
static const struct {
    char letter;
    const char *why;
} reasons[] = {
    {'w', "the world can be known through senses only: a brain can't peek"},
    {'s', "senses are not known here"},
    {'b', "what goes on inside the body can't be seen from here"},
    {'r', "it learns from scratch, so the genome can't know what its units mean"},
    {'d', "what loops do is not known here"},
    {'c', "a command of the hypothalamus is not known here"},
    {'k', "it is learned from scratch, so it has no meaning that the genome could rely on"},
    {'i', "it is learned, and known to the brain only"},
    {'v', "rewards and truths go to the hypothalamus and the dopamine cells only"},
    {'D', "dopamine goes to the synapses that it trains and to the hypothalamus"},
    {'h', "only observers (measure, expect, record, plot) can see it"},
    {'t', "it belongs to a trial"},
    {'F', "what its forecast is worth is worked out in the hypothalamus, and known to it, to dopamine cells and to the innate clauses of loops"},
};

static char letter_of_loop(const LoopNode *node)
{
    LoopStr seen_by = loop_str(loop_field_info(node->field)->seen_by);
    if (loop_str_is(seen_by, "hidden"))
        return 'h';
    if (node->symbol->loop && node->symbol->loop->kind == LOOP_PREDICT)
        return 'i'; /* its truth is a sense, truth or reward: the checker lets through no other */
    return node->field == LOOP_FIELD_SELF || loop_str_is(seen_by, "does") ? 'd' : 'k';
}

static char letter_of_home(LoopCompartment home)
{
    return home == LOOP_IN_WORLD ? 'w' : home == LOOP_IN_BODY ? 'b' : home == LOOP_IN_HYPOTHALAMUS ? 'c' : 't';
}

/* The class of what a node reads; 0 for what has none of its own. */
static char letter_of(const LoopNode *node)
{
    switch (node->symbol->kind) {
    case LOOP_SYM_CONST:
    case LOOP_SYM_PARAM:
        return 'p';
    case LOOP_SYM_SENSE:
        return 's';
    case LOOP_SYM_REGION:
        return 'r';
    case LOOP_SYM_LET:
    case LOOP_SYM_STATE:
        return node->symbol->home == LOOP_IN_TOP ? 0 : letter_of_home(node->symbol->home);
    case LOOP_SYM_REWARD:
    case LOOP_SYM_TRUTH:
        return 'v';
    case LOOP_SYM_DOPAMINE:
        return 'D';
    case LOOP_SYM_LOOP:
        return letter_of_loop(node);
    default:
        return 0;
    }
}

static bool has(const char *letters, char letter)
{
    for (; *letters; letters++)
        if (*letters == letter)
            return true;
    return false;
}

static bool outside_brain(LoopCompartment in)
{
    return in == LOOP_IN_WORLD || in == LOOP_IN_TASK || in == LOOP_IN_SENSE || in == LOOP_IN_BODY;
}

static const char *why_closed(LoopCompartment in, char letter)
{
    if (outside_brain(in) && has("rkivD", letter))
        return "it stays inside the brain; outside of it only what loops and the hypothalamus do can be seen";
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].letter == letter)
            return reasons[i].why;
    return "it is closed to it";
}

/* A formula that is being checked, and the definitions through which it was reached. */
typedef struct Reader {
    LoopChecker *check;
    LoopCompartment in;
    LoopSymbol *owner;
    const char *what;
    const LoopNode *through[LOOP_NOTES_MAX];
    const LoopSymbol *said;         /* what was reported last, */
    const LoopNode *said_through;   /* and the let that it was read through */
    uint32_t depth;
    uint32_t walk; /* marks the definitions that were looked through: this when read as they are, the next when as they were */
} Reader;

static LoopCode code_of(LoopCompartment in, char letter)
{
    if (letter == 'F')
        return LOOP_E0308;
    switch (in) {
    case LOOP_IN_HYPOTHALAMUS:
        return LOOP_E0301;
    case LOOP_IN_WORLD:
    case LOOP_IN_TASK:
    case LOOP_IN_SENSE:
        return LOOP_E0302;
    case LOOP_IN_CORTEX:
        return LOOP_E0304;
    case LOOP_IN_DOPAMINE:
        return LOOP_E0305;
    case LOOP_IN_BODY:
        return LOOP_E0306;
    default:
        return LOOP_E0307;
    }
}

/* "reward 'life'", "the bias of 'act'", "the task". */
static void put_reader(const Reader *r, LoopText *out)
{
    if (r->owner && r->what)
        loop_text_add(out, "%s of '%.*s'", r->what, LOOP_STR_ARGS(r->owner->name));
    else if (r->owner)
        loop_text_add(out, "the %s '%.*s'", loop_symbol_kind_name(r->owner->kind), LOOP_STR_ARGS(r->owner->name));
    else
        loop_text_add(out, "%s", r->what);
}

static void put_senses(const LoopChecker *check, LoopText *out)
{
    uint32_t count = 0;
    for (size_t i = 0; i < check->model->symbols.count && count < 4; i++) {
        const LoopSymbol *s = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_SENSE)
            loop_text_add(out, "%s'%.*s'", count++ ? ", " : "", LOOP_STR_ARGS(s->name));
    }
}

static void add_chain(const Reader *r, LoopDiag *diag)
{
    for (uint32_t i = 0; i < r->depth && i < LOOP_NOTES_MAX - 1; i++)
        loop_diag_note(r->check->diags, diag, r->through[i]->span, "it is read through '%.*s'", LOOP_STR_ARGS(r->through[i]->symbol->name));
}

/* The place to report: where the formula itself names what leads to it. */
static LoopSpan place_of(const Reader *r, const LoopNode *node)
{
    return r->depth ? r->through[0]->span : node->span;
}

/* Whether the last one was of the same, read through the same let by another of its nodes. */
static bool is_said(Reader *r, const LoopNode *node)
{
    const LoopNode *through = r->depth ? r->through[0] : NULL;
    const bool said = through && r->said == node->symbol && r->said_through == through;
    r->said = node->symbol;
    r->said_through = through;
    return said;
}

static void report_closed(Reader *r, const LoopNode *node, char letter)
{
    if (is_said(r, node))
        return;
    LoopText reader = {.arena = r->check->arena}, senses = {.arena = r->check->arena};
    const Compartment *c = &compartments[r->in];
    put_reader(r, &reader);
    put_senses(r->check, &senses);
    LoopStr read = loop_check_text(r->check, node->span);
    LoopDiag *diag = loop_diag(r->check->diags, code_of(r->in, letter), place_of(r, node), "%s can't read '%.*s'", reader.at, LOOP_STR_ARGS(read));
    loop_diag_note(r->check->diags, diag, node->symbol->span, "'%.*s' is a %s: %s", LOOP_STR_ARGS(node->symbol->name),
                   loop_symbol_kind_name(node->symbol->kind), why_closed(r->in, letter));
    add_chain(r, diag);
    if (letter == 'F')
        loop_diag_help(r->check->diags, diag, "Let a loop learn it, truth actual = prev(%.*s), and read what that loop predicts.", LOOP_STR_ARGS(read));
    else if (senses.len)
        loop_diag_help(r->check->diags, diag, "%s The senses here are %s.", c->advice, senses.at);
    else
        loop_diag_help(r->check->diags, diag, "%s", c->advice);
}

static void report_same_step(const Reader *r, const LoopNode *node)
{
    LoopText reader = {.arena = r->check->arena};
    put_reader(r, &reader);
    LoopStr read = loop_check_text(r->check, node->span), written = loop_check_text(r->check, place_of(r, node));
    LoopDiag *diag = loop_diag(r->check->diags, LOOP_E0303, place_of(r, node), "%s reads '%.*s' on the step on which it happens",
                               reader.at, LOOP_STR_ARGS(read));
    loop_diag_note(r->check->diags, diag, node->symbol->span, "acting takes one step: '%.*s' is worked out after the world and the senses",
                   LOOP_STR_ARGS(node->symbol->name));
    add_chain(r, diag);
    loop_diag_help(r->check->diags, diag, "Write prev(%.*s).", LOOP_STR_ARGS(written));
}

static void read_node(Reader *r, LoopNode *node, bool past);

/* Looked into on its own: in another way, or not at all. */
static bool stands_apart(const LoopNode *node)
{
    return loop_node_looks_back(node) || node->kind == LOOP_NODE_FORESEE;
}

/* Looks at all that `root` reads; `past`: through prev or delay. A node is looked at once in each way. */
static void read_formula(Reader *r, LoopNode *root, bool past)
{
    LoopList nodes = {0};
    if (!loop_nodes_collect(r->check->arena, root, ++r->check->mark, stands_apart, &nodes))
        return;
    for (size_t i = 0; i < nodes.count; i++) {
        LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
        if (node->kind == LOOP_NODE_FORESEE && !has(compartments[r->in].reads, 'F'))
            report_closed(r, node, 'F');
        else if (stands_apart(node))
            read_formula(r, node->kids[0], past || loop_node_looks_back(node));
        else if (node->kind == LOOP_NODE_SYMBOL)
            read_node(r, node, past);
    }
}

static void read_node(Reader *r, LoopNode *node, bool past)
{
    char letter = letter_of(node);
    const Compartment *c = &compartments[r->in];
    LoopSymbol *symbol = node->symbol;
    if (!letter && symbol->value) { /* a definition without a compartment */
        if (r->depth == LOOP_LEVELS_MAX || symbol->mark == r->walk || (past && symbol->mark == r->walk + 1))
            return; /* one that reads its own past leads back to itself */
        symbol->mark = past ? r->walk + 1 : r->walk;
        if (r->depth < LOOP_NOTES_MAX)
            r->through[r->depth] = node;
        r->depth++;
        read_formula(r, symbol->value, past);
        r->depth--;
    } else if (letter && !has(c->reads, letter))
        report_closed(r, node, letter);
    else if (!c->same_step && !past && (letter == 'd' || (letter == 'c' && r->owner != symbol)))
        report_same_step(r, node);
}

static void visit(LoopChecker *check, LoopCompartment in, LoopNode *node, LoopSymbol *owner, const char *what)
{
    Reader reader = {.check = check, .in = in, .owner = owner, .what = what, .walk = check->mark + 1};
    check->mark += 2;
    if (in == LOOP_IN_TOP || in == LOOP_IN_MEASURE)
        return;
    LoopScope *before = loop_scope_enter(check, owner ? owner->scope : check->scope);
    read_formula(&reader, node, false);
    loop_scope_enter(check, before);
}

void loop_compartments_check(LoopChecker *check)
{
    loop_formulas(check, visit);
}
