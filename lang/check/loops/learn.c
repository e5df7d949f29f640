/* The clause `learn`: a rule of the table, and its numbers. */
#include "lang/check/loops/loops.h"

#include "lang/syntax/parse.h"

#include "runtime/contract/rule.h"

/* What every rule has; a rule adds its own settings. */
static LoopNode **common_setting(LoopLoopModel *loop, LoopStr name)
{
    return loop_str_is(name, "rate")     ? &loop->rate
           : loop_str_is(name, "trace")  ? &loop->trace
           : loop_str_is(name, "burst")  ? &loop->burst
           : loop_str_is(name, "dip")    ? &loop->dip
           : loop_str_is(name, "forget") ? &loop->forget
                                         : NULL;
}

static LoopNode **own_setting(LoopLoopModel *loop, LoopStr name)
{
    const LoopRule *rule = loop_rule(loop->rule);
    for (size_t i = 0; i < LOOP_RULE_SETTINGS && rule->settings[i].name; i++)
        if (loop_str_is(name, rule->settings[i].name))
            return &loop->settings[i];
    return NULL;
}

static const char *setting_title(const LoopLoopModel *loop, LoopNode *const *slot)
{
    if (slot >= loop->settings && slot < loop->settings + LOOP_RULE_SETTINGS)
        return loop_rule(loop->rule)->settings[slot - loop->settings].name;
    return slot == &loop->rate ? "the rate" : slot == &loop->trace ? "the trace" : slot == &loop->burst ? "the factor of bursts"
           : slot == &loop->dip ? "the factor of dips" : "forgetting";
}
/* The name of the rule that is nearest to a misspelt one; empty when none is near. */
static LoopStr near_rule(LoopStr name)
{
    LoopStr best = {"", 0};
    size_t limit = 2;
    for (uint32_t i = 0; loop_rule(i); i++) {
        size_t distance = loop_edit_distance(name, loop_str(loop_rule(i)->name), limit);
        if (distance <= limit) {
            best = loop_str(loop_rule(i)->name);
            limit = distance ? distance - 1 : 0;
        }
    }
    return best;
}

static void set_rule(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    loop->rule = loop_rule_find(ast->text);
    if (loop->rule != LOOP_NONE)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0606, ast->span, "there is no learning rule '%.*s'", LOOP_STR_ARGS(ast->text));
    LoopStr near = near_rule(ast->text);
    if (near.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (common_setting(loop, ast->text))
        loop_diag_help(check->diags, diag, "'%.*s' needs a value behind it, such as '%.*s 0.1'.", LOOP_STR_ARGS(ast->text),
                       LOOP_STR_ARGS(ast->text));
    else if (loop_setting_elsewhere(ast->text))
        loop_diag_help(check->diags, diag, "%s", loop_setting_elsewhere(ast->text));
    else if (loop_scope_find(check, LOOP_SPACE_VALUES, ast->text))
        loop_diag_help(check->diags, diag, "Each setting has its name in front: learn rate %.*s.", LOOP_STR_ARGS(ast->text));
    else
        loop_diag_help(check->diags, diag, "'loop catalog' lists the rules.");
    loop->rule = 0;
}

static void report_unknown(LoopChecker *check, const LoopLoopModel *loop, const LoopAst *item)
{
    const LoopRule *rule = loop_rule(loop->rule);
    LoopText names = {.arena = check->arena};
    for (size_t i = 0; i < LOOP_RULE_SETTINGS && rule->settings[i].name; i++)
        loop_text_add(&names, ", %s", rule->settings[i].name);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0607, item->name_span, "learning by %s has no setting '%.*s'", rule->name,
                               LOOP_STR_ARGS(item->text));
    const char *meant = loop_setting_elsewhere(item->text);
    if (meant)
        loop_diag_help(check->diags, diag, "%s", meant);
    else
        loop_diag_help(check->diags, diag, "Its settings are rate, trace, burst, dip, forget%s.", loop_text_view(&names).at);
}

static const char HOW_TO_FORGET[] = "It is the time in which weights fall to 0.37 of what they are, such as forget 10 min; without it nothing is forgotten.";

/* What a setting has to be, beside fitting the channels. */
static LoopNode *as_setting(LoopChecker *check, const LoopLoopModel *loop, LoopNode *const *slot, LoopNode *node, const char *what)
{
    if (slot == &loop->trace)
        return loop_need_factor(check, node, what, NULL);
    if (slot == &loop->forget)
        return loop_need_unit(check, node, LOOP_UNIT_DURATION, what) ? loop_need_factor(check, node, what, HOW_TO_FORGET) : NULL;
    return loop_need_unit(check, node, LOOP_UNIT_NUMBER, what) ? node : NULL;
}

/* A constant of the rule's own must lie in the range that the rule gives. */
static void check_range(LoopChecker *check, const LoopLoopModel *loop, LoopNode *const *slot, const LoopNode *node)
{
    const LoopRule *rule = loop_rule(loop->rule);
    if (!node || !node->constant || slot < loop->settings || slot >= loop->settings + LOOP_RULE_SETTINGS)
        return;
    const LoopRuleSetting *setting = &rule->settings[slot - loop->settings];
    for (uint32_t e = 0; e < node->type.width; e++)
        if (!(node->constant[e] >= setting->lo && node->constant[e] <= setting->hi)) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0614, node->span, "'%s' must lie between %g and %g, not at %g", setting->name,
                                       setting->lo, setting->hi, node->constant[e]);
            loop_diag_help(check->diags, diag, "It is %s.", setting->doc);
            return;
        }
}

static void set_one(LoopChecker *check, LoopLoopModel *loop, const LoopWhere *where, const LoopAst *item)
{
    LoopNode **slot = common_setting(loop, item->text);
    if (!slot)
        slot = own_setting(loop, item->text);
    if (!slot) {
        report_unknown(check, loop, item);
        return;
    }
    if (*slot)
        loop_diag(check->diags, LOOP_E0608, item->name_span, "'%.*s' is set twice", LOOP_STR_ARGS(item->text));
    const char *what = setting_title(loop, slot);
    LoopNode *node = loop_expr(check, where, item->first);
    if (!loop_clause_fits(check, loop, node, what))
        return;
    *slot = as_setting(check, loop, slot, node, what);
    check_range(check, loop, slot, *slot);
}

void loop_learn_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_INNATE, "learn");
    for (const LoopAst *item = ast->first; item; item = item->next) /* first: it says which settings there are */
        if (!item->first)
            set_rule(check, loop, item);
    for (const LoopAst *item = ast->first; item; item = item->next)
        if (item->first)
            set_one(check, loop, &where, item);
    if (!loop->rate && loop_diags_errors(check->diags) == 0) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0609, ast->span, "a loop that learns needs a rate");
        loop_diag_help(check->diags, diag, "Write it into the clause: learn rate 0.1");
    }
}
