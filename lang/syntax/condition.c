/* Conditions: `SIGNAL [place] RELATION BOUND [place]`. The signal may itself be a comparison, and where it ends can
   only be told from what follows, so the grammar hands over a flat chain of parts and it is split here: the last
   relation is the condition's own, all that stands before it is the signal. */
#include "lang/syntax/tokens.h"

static bool is_relation(const LoopAst *link)
{
    return link->kind == LOOP_AST_LINK && !loop_str_is(link->text, "and") && !loop_str_is(link->text, "or");
}

static LoopAst *part_of(LoopAst *item)
{
    return item->kind == LOOP_AST_LINK ? item->first : item;
}

/* A PART's expression and, behind it, its place. */
static LoopAst *place_of(LoopAst *part)
{
    return part->first->next;
}

LoopAst *loop_ast_negated(LoopParse *p, LoopAst *part, LoopSpan span)
{
    (void)p;
    part->number = part->number > 0 ? 0 : 1; /* `not` binds looser than a comparison, so it waits for that */
    part->span = span;
    return part;
}

static LoopAst *node2(LoopParse *p, LoopAstKind kind, const LoopToken *text, LoopAst *a, LoopAst *b)
{
    LoopAst *kids[] = {a, b};
    return loop_ast_make(p, kind, loop_span_join(a->span, b->span), text, kids, 2);
}

/* Takes one comparison (or a single part) from the chain; `*at` moves on to the link behind it. */
static LoopAst *comparison(LoopParse *p, LoopAst **at, const LoopAst *stop)
{
    LoopAst *part = part_of(*at), *left = part->first, *next = (*at)->next;
    bool negated = part->number > 0;
    left->next = NULL;
    if (next && next != stop && is_relation(next)) {
        LoopToken relation = {.text = next->text, .span = next->name_span};
        if (loop_str_is(next->text, "="))
            loop_diag(p->diags, LOOP_E0109, next->name_span, "'=' compares a measured value with its bound; inside a signal write '=='");
        LoopAst *right = part_of(next)->first;
        right->next = NULL;
        left = node2(p, LOOP_AST_COMPARE, &relation, left, right);
        next = next->next;
        if (left && next && next != stop && is_relation(next))
            loop_diag(p->diags, LOOP_E0109, next->name_span, "comparisons can't be chained; join them with 'and'");
    }
    *at = next;
    if (!left || !negated)
        return left;
    LoopAst *kids[] = {left};
    return loop_ast_make(p, LOOP_AST_NOT, left->span, NULL, kids, 1);
}

/* `and` binds closer than `or`. */
static LoopAst *signal(LoopParse *p, LoopAst *first, const LoopAst *stop)
{
    LoopAst *any = NULL, *all = NULL, *at = first;
    while (at && at != stop) {
        bool is_or = at->kind == LOOP_AST_LINK && loop_str_is(at->text, "or");
        LoopAst *one = comparison(p, &at, stop);
        if (!one)
            return NULL;
        if (is_or && all) {
            any = any ? loop_ast_flat(p, LOOP_AST_OR, loop_span_join(any->span, all->span), any, LOOP_AST_BUNDLE, all) : all;
            all = one;
        } else
            all = all ? loop_ast_flat(p, LOOP_AST_AND, loop_span_join(all->span, one->span), all, LOOP_AST_BUNDLE, one) : one;
        if (!all || (is_or && !any))
            return NULL;
    }
    return any ? loop_ast_flat(p, LOOP_AST_OR, loop_span_join(any->span, all->span), any, LOOP_AST_BUNDLE, all) : all;
}

/* A measured value that is not the last, and what follows it: a relation and a bound, behind which nothing more can come. */
static void report_place(LoopParse *p, const LoopAst *place, const LoopAst *link)
{
    if (!is_relation(link) || !link->next) {
        LoopDiag *diag = loop_diag(p->diags, LOOP_E0108, place->span, "a place in the middle of a signal");
        loop_diag_help(p->diags, diag, "Put each measured value into parentheses: (VTA at light in train) > 0.5");
        return;
    }
    LoopDiag *diag = loop_diag(p->diags, LOOP_E0108, link->next->name_span, "what is expected is complete before this");
    loop_diag_help(p->diags, diag, "%s", is_relation(link->next) ? LOOP_TWO_CLAIMS :
                   "Write an expectation for each; or one for a signal in parentheses: (a > 1 and b > 2) at light in train > 0.5.");
}

/* Which parts may have a place: the last of the signal, and the bound. */
static bool places_fit(LoopParse *p, LoopAst *first, const LoopAst *stop)
{
    LoopAst *last = first;
    for (LoopAst *at = first; at != stop; at = at->next) {
        LoopAst *place = place_of(part_of(at));
        last = at;
        if (!place || at->next == stop)
            continue;
        report_place(p, place, at->next);
        return false;
    }
    if (last == first || place_of(part_of(last)))
        return true;
    LoopDiag *diag = loop_diag(p->diags, LOOP_E0108, loop_span_join(first->span, last->span), "it is not clear what is compared with what");
    loop_diag_help(p->diags, diag,
                   "Put the signal into parentheses: (a > 1 and b > 2) > 0.5. Between two bounds is = 0.5 within 0.1, or two expectations.");
    return false;
}

static bool is_order(LoopStr relation, char first)
{
    return relation.len && relation.at[0] == first;
}

/* `0 < x < 1`: it would be read as (0 < x) < 1. */
static void refuse_chain(LoopParse *p, const LoopAst *left, const LoopToken *relation)
{
    bool same = left->kind == LOOP_AST_COMPARE && left->first->kind == LOOP_AST_NUMBER &&
                ((is_order(left->text, '<') && is_order(relation->text, '<')) || (is_order(left->text, '>') && is_order(relation->text, '>')));
    if (!same)
        return;
    LoopDiag *diag = loop_diag(p->diags, LOOP_E0109, relation->span, "comparisons can't be chained");
    loop_diag_help(p->diags, diag, "Write two expectations, or a signal in parentheses: (0 < x and x < 1) at light in train > 0.9");
}

LoopAst *loop_ast_condition(LoopParse *p, LoopSpan span, LoopAst *chain, LoopAst *tail)
{
    LoopAst *link = NULL;
    for (LoopAst *at = chain->first; at; at = at->next)
        if (is_relation(at))
            link = at;
    if (!link || link->next) {
        LoopDiag *diag = loop_diag(p->diags, LOOP_E0107, span, "this compares nothing with a bound");
        loop_diag_help(p->diags, diag, "Write a relation and what is wanted: VTA at light in train last 20 > 0.7");
        return loop_ast_make(p, LOOP_AST_CONDITION, span, NULL, NULL, 0);
    }
    if (!places_fit(p, chain->first, link))
        return loop_ast_make(p, LOOP_AST_CONDITION, span, NULL, NULL, 0);
    LoopAst *last = chain->first;
    while (last->next != link)
        last = last->next;
    LoopAst *place = place_of(part_of(last)), *bound_place = place_of(link->first);
    LoopToken relation = {.text = link->text, .span = link->name_span};
    LoopAst *left = signal(p, chain->first, link), *limit = link->first->first;
    if (!left)
        return NULL;
    refuse_chain(p, left, &relation);
    limit->next = NULL;
    LoopAst *bound_kids[] = {limit, bound_place};
    LoopAst *bound = loop_ast_make(p, LOOP_AST_BOUND, link->first->span, NULL, bound_kids, 2);
    LoopAst *kids[] = {left, place, bound, tail};
    return bound ? loop_ast_make(p, LOOP_AST_CONDITION, span, &relation, kids, 4) : NULL;
}
