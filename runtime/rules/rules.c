/* The table of learning rules. */
#include "runtime/contract/rule.h"

#define RULE(name) extern const LoopRule loop_rule_##name;
#include "runtime/rules/rules.def"
#undef RULE

static const LoopRule *const rules[] = {
#define RULE(name) &loop_rule_##name,
#include "runtime/rules/rules.def"
#undef RULE
};

const LoopRule *loop_rule(uint32_t i)
{
    return i < sizeof rules / sizeof rules[0] ? rules[i] : NULL;
}

uint32_t loop_rule_find(LoopStr name)
{
    for (uint32_t i = 0; loop_rule(i); i++)
        if (loop_str_is(name, loop_rule(i)->name))
            return i;
    return LOOP_NONE;
}
