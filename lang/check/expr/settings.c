/* What -p and groups give to consts and params in place of what the file says. */
#include "lang/check/expr/expr.h"

#include "runtime/contract/num.h"

#include <math.h>
#include <string.h>

/* ---- settings from the command line ---- */

typedef enum Reading { READ, NOT_A_NUMBER, TOO_LARGE } Reading;

static Reading read_number(const char *text, size_t len, double *value)
{
    return loop_num_parse(text, len, value) ? READ : loop_num_is(text, len) ? TOO_LARGE : NOT_A_NUMBER;
}

/* "0.2", "-1", "50%", "500 ms": a number with an optional unit, as in the language. */
static Reading read_setting(LoopStr text, double step_ms, double *value, LoopUnit *unit)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1}, {"min", 60000}, {"s", 1000}, {"h", 3600000}};
    size_t end = text.len;
    *unit = LOOP_UNIT_NUMBER;
    for (size_t i = 0; i < 4; i++) {
        size_t len = strlen(units[i].unit);
        if (text.len > len && memcmp(text.at + text.len - len, units[i].unit, len) == 0) {
            end = text.len - len;
            while (end && text.at[end - 1] == ' ')
                end--;
            *unit = LOOP_UNIT_DURATION;
            Reading reading = read_number(text.at, end, value);
            *value = loop_duration_steps(*value * units[i].ms, step_ms);
            return isfinite(*value) ? reading : TOO_LARGE;
        }
    }
    if (end && text.at[end - 1] == '%') {
        Reading reading = read_number(text.at, end - 1, value);
        *value /= 100;
        return reading;
    }
    return read_number(text.at, end, value);
}

/* What a setting makes of `node`, which is what the file says. NULL: it is wrong. */
static LoopNode *value_of(LoopChecker *check, const LoopSetting *setting, const LoopSymbol *symbol, const LoopNode *node)
{
    double value = 0;
    LoopUnit unit;
    if (node->type.width != 1) {
        loop_diag(check->diags, LOOP_E0207, symbol->span, "'%.*s' has %u elements; -p can set single numbers only",
                  LOOP_STR_ARGS(symbol->name), node->type.width);
        return NULL;
    }
    Reading reading = read_setting(setting->value, check->model->step_ms, &value, &unit);
    if (reading == TOO_LARGE) {
        loop_diag(check->diags, LOOP_E0207, symbol->span, "-p %.*s=%.*s is out of range", LOOP_STR_ARGS(setting->name), LOOP_STR_ARGS(setting->value));
        return NULL;
    }
    if (reading != READ || unit != node->type.unit) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0207, symbol->span, "-p %.*s=%.*s is not a %s",
                                   LOOP_STR_ARGS(setting->name), LOOP_STR_ARGS(setting->value),
                                   node->type.unit == LOOP_UNIT_DURATION ? "duration" : "number");
        const char *number = setting->value.at + (setting->value.len && setting->value.at[0] == '-');
        if (setting->value.len > 1 && number[0] == '.')
            loop_diag_help(check->diags, diag, "A number begins with a digit, such as 0.5.");
        else
            loop_diag_help(check->diags, diag, "Its value in the file is a %s; give another one, such as %s.",
                           node->type.unit == LOOP_UNIT_DURATION ? "duration" : "number",
                           node->type.unit == LOOP_UNIT_DURATION ? "500ms" : "0.2");
        return NULL;
    }
    return loop_node_constant(check, node->span, &value, 1, unit);
}

const LoopSetting *loop_setting_last(LoopChecker *check, LoopStr name)
{
    const LoopSetting *last = NULL;
    for (size_t i = 0; i < check->setting_count; i++)
        if (loop_str_equal(check->settings[i].name, name)) {
            check->settings[i].used = true;
            last = &check->settings[i];
        }
    return last;
}

LoopNode *loop_setting_value(LoopChecker *check, const LoopSymbol *symbol, LoopNode *node)
{
    const LoopSetting *last = loop_setting_last(check, symbol->name);
    return last && node ? value_of(check, last, symbol, node) : node;
}

/* The params, for who missed them; a few of many. */
static void put_params(const LoopChecker *check, LoopText *out)
{
    enum { MOST = 12 };
    size_t count = 0;
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (s->kind != LOOP_SYM_PARAM || s->hidden)
            continue;
        if (count < MOST)
            loop_text_add(out, "%s%.*s", count ? ", " : "", LOOP_STR_ARGS(s->name));
        count++;
    }
    if (count > MOST)
        loop_text_add(out, " and %zu more", count - MOST);
}

static void help_with_groups(LoopChecker *check, LoopDiag *diag, LoopStr group)
{
    LoopText names = {.arena = check->arena};
    if (check->model->group_count == 1 && !check->model->groups[0].len) {
        loop_diag_help(check->diags, diag, "There is no group '%.*s': the model has none.", LOOP_STR_ARGS(group));
        return;
    }
    for (uint32_t i = 0; i < check->model->group_count; i++)
        loop_text_add(&names, "%s%.*s", i ? ", " : "", LOOP_STR_ARGS(check->model->groups[i]));
    loop_diag_help(check->diags, diag, "There is no group '%.*s'; the groups are %s.", LOOP_STR_ARGS(group), loop_text_view(&names).at);
}

/* What `fast.gain` may have meant, or why it can't be; false: nothing is known. */
static bool help_with_group(LoopChecker *check, LoopDiag *diag, LoopStr group, LoopStr name)
{
    const LoopSymbol *is_group = loop_scope_find(check, LOOP_SPACE_GROUPS, group), *symbol = loop_scope_find(check, LOOP_SPACE_VALUES, name);
    LoopStr near_group = is_group ? group : loop_scope_near(check, LOOP_SPACE_GROUPS, group);
    LoopStr near_name = symbol ? name : loop_scope_near(check, LOOP_SPACE_VALUES, name);
    if (is_group && symbol && symbol->kind == LOOP_SYM_CONST)
        loop_diag_help(check->diags, diag, "A const is the same in all groups: -p %.*s=...", LOOP_STR_ARGS(name));
    else if (is_group && symbol && symbol->kind != LOOP_SYM_PARAM)
        loop_diag_help(check->diags, diag, "A group has params of its own, and '%.*s' is a %s.", LOOP_STR_ARGS(name), loop_symbol_kind_name(symbol->kind));
    else if (!is_group && !near_group.len && symbol && check->model->group_count)
        help_with_groups(check, diag, group);
    else if (near_group.len && near_name.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s.%.*s'?", LOOP_STR_ARGS(near_group), LOOP_STR_ARGS(near_name));
    else
        return false;
    return true;
}

static void help_with_params(LoopChecker *check, LoopDiag *diag, LoopStr name)
{
    const char *dot = memchr(name.at, '.', name.len);
    size_t first = dot ? (size_t)(dot - name.at) : 0;
    LoopStr near = loop_scope_near(check, LOOP_SPACE_VALUES, name);
    const LoopSymbol *other = near.len ? loop_scope_find(check, LOOP_SPACE_VALUES, near) : NULL;
    LoopText params = {.arena = check->arena};
    put_params(check, &params);
    if (loop_str_is(name, "seed") || loop_str_is(name, "agents"))
        loop_diag_help(check->diags, diag, "It has an option of its own: --%.*s N.", LOOP_STR_ARGS(name));
    else if (other && (other->kind == LOOP_SYM_CONST || other->kind == LOOP_SYM_PARAM))
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (dot && help_with_group(check, diag, (LoopStr){name.at, first}, (LoopStr){dot + 1, name.len - first - 1}))
        return;
    else if (params.len)
        loop_diag_help(check->diags, diag, "The params are %s.", params.at);
    else
        loop_diag_help(check->diags, diag, "The model declares no param; a number that may be varied is written: param alpha = 0.1.");
}

/* Every `-p` has to meet a const or param. */
void loop_settings_check(LoopChecker *check)
{
    for (size_t i = 0; i < check->setting_count; i++) {
        const LoopSetting *setting = &check->settings[i];
        LoopSymbol *symbol = setting->used ? NULL : loop_scope_find(check, LOOP_SPACE_VALUES, setting->name);
        if (setting->used || (symbol && symbol->broken)) /* of what is broken enough was said */
            continue;
        LoopSpan at = symbol ? symbol->span : LOOP_NO_SPAN;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0211, at, "-p %.*s sets no const or param", LOOP_STR_ARGS(setting->name));
        if (symbol)
            loop_diag_note(check->diags, diag, at, "it is a %s", loop_symbol_kind_name(symbol->kind));
        else
            help_with_params(check, diag, setting->name);
    }
}

/* ---- groups ---- */

/* For each group the value that all have. */
static double *values_of_all(LoopChecker *check, const LoopSymbol *symbol)
{
    uint32_t width = symbol->type.width, count = check->model->group_count;
    double *groups = LOOP_NEW_ARRAY(check->arena, (size_t)count * width, double);
    for (uint32_t g = 0; groups && g < count; g++)
        memcpy(groups + (size_t)g * width, symbol->value->constant, width * sizeof *groups);
    return groups;
}

/* From here on the group has that value of the parameter. */
static void set_group(LoopChecker *check, const LoopSymbol *group, const LoopSymbol *symbol, const LoopNode *node, const LoopSetting *by)
{
    const LoopModel *model = check->model;
    LoopParamModel *param = &LOOP_ITEM(model->params, LoopParamModel, symbol->index);
    uint32_t width = symbol->type.width;
    if (!param->groups)
        param->groups = values_of_all(check, symbol);
    for (uint32_t e = 0; param->groups && e < width; e++) {
        param->groups[group->index * width + e] = node->constant[e];
        loop_param_in_range(check, param, node->constant[e], node->span, by);
    }
}

/* What `-p starved.deficit=1`, which is *by then, says of that group, else `node`. NULL: it is wrong. */
static const LoopNode *group_value(LoopChecker *check, const LoopSymbol *group, const LoopSymbol *symbol, const LoopNode *node, const LoopSetting **by)
{
    LoopText name = {.arena = check->arena};
    loop_text_add(&name, "%.*s.%.*s", LOOP_STR_ARGS(group->name), LOOP_STR_ARGS(symbol->name));
    bool taken = loop_scope_find(check, LOOP_SPACE_VALUES, loop_text_view(&name)) != NULL;
    *by = taken ? NULL : loop_setting_last(check, loop_text_view(&name)); /* else something has that very name */
    if (symbol->broken)
        return NULL;
    return *by ? value_of(check, *by, symbol, symbol->value) : node;
}

/* Whether a setting of the group stands ahead of this one, of the same name; reports it. */
static bool is_set_twice(LoopChecker *check, const LoopSymbol *group, const LoopAst *setting)
{
    for (const LoopAst *kid = group->ast->first; kid != setting; kid = kid->next)
        if (kid->kind == LOOP_AST_SETTING && loop_str_equal(kid->text, setting->text)) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0608, setting->name_span, "'%.*s' is set twice", LOOP_STR_ARGS(setting->text));
            loop_diag_note(check->diags, diag, kid->name_span, "first set here");
            return true;
        }
    return false;
}

/* `group starved { deficit = 1 }` */
static void fill_group(LoopChecker *check, const LoopSymbol *group)
{
    for (const LoopAst *kid = group->ast->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_SETTING || is_set_twice(check, group, kid))
            continue;
        LoopSymbol *symbol = loop_scope_need(check, LOOP_SPACE_VALUES, kid->text, kid->name_span, "parameter");
        if (!symbol)
            continue;
        if (symbol->kind != LOOP_SYM_PARAM) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0210, kid->name_span, "a group can't vary the %s '%.*s'",
                                       loop_symbol_kind_name(symbol->kind), LOOP_STR_ARGS(symbol->name));
            loop_diag_note(check->diags, diag, symbol->span, "declared here");
            if (symbol->formal)
                loop_diag_help(check->diags, diag, "Pass a param where the circuit is made, %.*s = NAME; a group sets that.", LOOP_STR_ARGS(symbol->local));
            else if (symbol->kind == LOOP_SYM_CONST)
                loop_diag_help(check->diags, diag, "Groups differ in params; declare it with 'param' if it need not size anything.");
            else
                loop_diag_help(check->diags, diag,
                               "Groups differ in params: give it one, which the group sets, or write: group NAME with set(%.*s, ...).",
                               LOOP_STR_ARGS(symbol->name));
            continue;
        }
        LoopWhere where = loop_where(check, symbol->home, symbol->name, LOOP_DRAW_ONCE);
        const LoopNode *node = loop_expr(check, &where, kid->first);
        const LoopSetting *by;
        if (!symbol->broken && loop_need_constant(check, node, "a group's value of a parameter") &&
            loop_need_width(check, node, symbol->type.width, "this value") && loop_need_unit(check, node, symbol->type.unit, "this value") &&
            (node = group_value(check, group, symbol, node, &by)))
            set_group(check, group, symbol, node, by);
    }
}

/* What the file leaves to the command line. */
static void set_group_from(LoopChecker *check, const LoopSetting *setting)
{
    const char *dot = memchr(setting->name.at, '.', setting->name.len);
    if (!dot || setting->used)
        return;
    LoopStr first = {setting->name.at, (size_t)(dot - setting->name.at)}, rest = {dot + 1, setting->name.len - first.len - 1};
    const LoopSymbol *group = loop_scope_find(check, LOOP_SPACE_GROUPS, first),
                     *symbol = group ? loop_scope_find(check, LOOP_SPACE_VALUES, rest) : NULL;
    if (!symbol || symbol->kind != LOOP_SYM_PARAM)
        return;
    const LoopSetting *by;
    const LoopNode *node = group_value(check, group, symbol, NULL, &by);
    if (node)
        set_group(check, group, symbol, node, by);
}

void loop_groups_fill(LoopChecker *check)
{
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *group = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (group->kind == LOOP_SYM_GROUP)
            fill_group(check, group);
    }
    for (size_t i = 0; i < check->setting_count; i++)
        set_group_from(check, &check->settings[i]);
}
