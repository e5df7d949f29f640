/* The verifier of loops: every register that a loop's kernels touch has the width that they take it to have. */
#include "runtime/contract/verify.h"

bool loop_verify_fits(const LoopProgram *p, uint32_t reg, LoopNeed need, uint32_t width, bool or_one, bool shared)
{
    if (reg == LOOP_NONE)
        return need == LOOP_OPTIONAL;
    if (!loop_verify_reg(p, reg) || (shared && !p->registers[reg].uniform))
        return false;
    return p->registers[reg].width == width || (or_one && p->registers[reg].width == 1);
}

/* A register that the loop's kernels write for every lane. */
static bool written(const LoopProgram *p, uint32_t reg, uint32_t width)
{
    return loop_verify_fits(p, reg, LOOP_REQUIRED, width, false, false) && !p->registers[reg].uniform;
}

static bool given(const LoopProgram *p, uint32_t reg, uint32_t width, bool shared)
{
    return loop_verify_fits(p, reg, LOOP_OPTIONAL, width, true, shared);
}

static const char *check_sizes(const LoopLoop *l)
{
    size_t neurons, synapses;
    REQUIRE(l->channels && l->neurons && l->lines && l->reach, "a loop of no size");
    REQUIRE(l->lines <= LOOP_VERIFY_WIDTH_MAX && loop_mul(l->channels, l->neurons, &neurons) &&
                loop_mul(neurons, l->reach, &synapses) && synapses <= LOOP_SYNAPSES_MAX, "a loop that is too large");
    switch (l->wiring) {
    case LOOP_WIRING_BROADCAST:
        return l->reach == l->lines ? NULL : "a neuron that sees more or fewer lines than there are";
    case LOOP_WIRING_SAMPLING:
        REQUIRE(!l->uniform && neurons <= LOOP_SAMPLED_MAX / l->reach, "sampled lines that all lanes share");
        return l->reach <= l->lines ? NULL : "more lines sampled than there are";
    case LOOP_WIRING_TOPOGRAPHIC:
        return l->reach == 1 && l->neurons == l->lines ? NULL : "a neuron without a line of its own";
    }
    return "an unknown wiring";
}

static const char *check_choice(const LoopProgram *p, const LoopLoop *l)
{
    const uint32_t ones[] = {l->chose, l->taken, l->expected, l->held_taken};
    REQUIRE(!l->uniform && l->selection < LOOP_SELECTION_COUNT, "a choice that all lanes share");
    REQUIRE(l->selection == LOOP_SELECT_SOFTMAX || l->selection == LOOP_SELECT_GREEDY || l->selection_value != LOOP_NONE,
            "a selection without its number");
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
        REQUIRE(ones[i] == LOOP_NONE || written(p, ones[i], 1), "a choice register");
    REQUIRE(l->expected == LOOP_NONE || l->held_taken != LOOP_NONE, "an expectation that is not held");
    REQUIRE(l->held_taken == LOOP_NONE || l->taken != LOOP_NONE, "a value that is held and not taken");
    REQUIRE(written(p, l->act, l->selection == LOOP_SELECT_INDEPENDENT ? l->channels : 1), "a choice register");
    REQUIRE(l->selection != LOOP_SELECT_INDEPENDENT || l->choice != LOOP_NONE, "channels that choose without a choice");
    const uint32_t rows[] = {l->choice, l->probability, l->policy};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        REQUIRE(rows[i] == LOOP_NONE || written(p, rows[i], l->channels), "a choice of another width");
    return given(p, l->override, l->channels, false) ? NULL : "an override of another width";
}

static const char *check_outputs(const LoopProgram *p, const LoopLoop *l)
{
    REQUIRE(!l->uniform && l->exploration <= LOOP_EXPLORE_SIGNS, "outputs that all lanes share");
    REQUIRE(written(p, l->output, l->channels) && written(p, l->noise, l->channels), "outputs of another width");
    return loop_verify_fits(p, l->explored, LOOP_REQUIRED, l->channels, true, false) ? NULL : "a variability of another width";
}

static const char *check_learning(const LoopProgram *p, const LoopLoop *l)
{
    const uint32_t settings[] = {l->trace, l->burst, l->dip, l->forget, l->credit, l->credit_propose};
    const LoopRule *rule = loop_rule(l->rule);
    REQUIRE(rule, "an unknown learning rule");
    REQUIRE(loop_verify_fits(p, l->dopamine, LOOP_REQUIRED, l->channels, true, l->uniform) &&
                loop_verify_fits(p, l->rate, LOOP_REQUIRED, l->channels, true, l->uniform),
            "a dopamine signal or rate of another width");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        REQUIRE(given(p, settings[i], l->channels, l->uniform), "a learning parameter of another width");
    REQUIRE(given(p, l->freeze, 1, l->uniform), "a freeze of several elements");
    REQUIRE(l->trace_by_channel || !l->trace_by_neuron, "channels that can't share the traces of their neurons");
    REQUIRE(l->trace_by_neuron || (l->wiring == LOOP_WIRING_BROADCAST && !l->upstate), "neurons that can't share traces");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        REQUIRE(l->trace_by_channel || settings[i] == LOOP_NONE || settings[i] == l->burst || settings[i] == l->dip ||
                    settings[i] == l->forget || p->registers[settings[i]].width == 1, "channels that can't share traces");
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        REQUIRE(rule->settings[i].name ? loop_verify_fits(p, l->settings[i], LOOP_REQUIRED, l->channels, true, l->uniform)
                                       : l->settings[i] == LOOP_NONE, "a setting of the rule");
    REQUIRE(!l->swaps_traces || (l->kind == LOOP_CHOOSE && l->credit != LOOP_NONE && (l->credit == l->choice || l->credit == l->policy) &&
                                 l->channels == loop_synapses(l) && l->lines == 1 && l->trace_by_channel && !l->trace_by_neuron),
            "traces that can't change places with a credit");
    REQUIRE(!l->own_choice || (l->kind == LOOP_CHOOSE && l->selection != LOOP_SELECT_INDEPENDENT && l->credit != LOOP_NONE &&
                               l->credit == l->choice && !l->swaps_traces), "a choice that others see");
    return loop_verify_fits(p, l->credit_context, LOOP_REQUIRED, l->lines, false, l->uniform) ? NULL : "a credit of another width";
}

const char *loop_verify_loop(const LoopProgram *p, const LoopLoop *l)
{
    const char *wrong = check_sizes(l);
    if (wrong)
        return wrong;
    REQUIRE(loop_verify_fits(p, l->context, LOOP_REQUIRED, l->lines, false, l->uniform), "a context of another width");
    REQUIRE(given(p, l->propose, l->channels, l->uniform), "a proposal of another width");
    REQUIRE(given(p, l->bias, l->channels, false), "a bias of another width");
    REQUIRE(loop_verify_fits(p, l->value, LOOP_REQUIRED, l->channels, false, false) && p->registers[l->value].uniform == l->uniform,
            "a value of another width");
    REQUIRE(!p->registers[l->value].no_room || l->channels == loop_synapses(l), "values that are no weights lie where the weights do");
    REQUIRE(given(p, l->selection_value, 1, false) && given(p, l->when, 1, false) && given(p, l->lesion, 1, false),
            "a selection of several elements");
    REQUIRE(l->weights == LOOP_NONE || (loop_verify_reg(p, l->weights) && (p->registers[l->weights].width == 1 ||
                                                                           p->registers[l->weights].width == loop_synapses(l))),
            "starting weights of another number");
    REQUIRE(l->weights == LOOP_NONE || !p->registers[l->weights].no_room ||
                (p->registers[l->weights].width == loop_synapses(l) && p->registers[l->weights].uniform == l->uniform),
            "starting weights that don't lie where the weights do");
    REQUIRE(!l->uniform || l->weights == LOOP_NONE || p->registers[l->weights].uniform, "shared weights that differ");
    if (l->kind == LOOP_CHOOSE)
        wrong = check_choice(p, l);
    else if (l->kind == LOOP_VARY)
        wrong = check_outputs(p, l);
    if (wrong || !l->learns)
        return wrong;
    return check_learning(p, l);
}
