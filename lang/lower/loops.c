/* Loops: their registers, what they read, and the learning at the end of a step. */
#include "lang/lower/emit.h"

#include "runtime/contract/rule.h"

static const double DEFAULT_EXPLORATION = 0.1;

static uint32_t named(Lower *l, const LoopSymbol *symbol, uint32_t width, const char *part)
{
    uint32_t reg = lower_reg_new(l, width, symbol->varies ? LOWER_EACH : LOWER_SHARED);
    lower_name(l, reg, symbol->name, part);
    return reg;
}

static bool shows(const LoopLoopModel *model, LoopField field)
{
    return model->shown >> field & 1;
}

/* A loop that chooses keeps its traces until its next choice, if nothing else is said. */
static bool keeps_traces(const LoopLoopModel *model)
{
    return model->kind == LOOP_CHOOSE && model->rate && !model->trace;
}

/* The registers of what it chooses and somebody looks at. */
static void declare_choice(Lower *l, const LoopLoopModel *model, LoopLoop *loop)
{
    LoopSymbol *symbol = model->symbol;
    bool by_choice = model->rate && !model->credit; /* which is the credit then */
    bool expected = shows(model, LOOP_FIELD_expected);
    if (shows(model, LOOP_FIELD_choice) || by_choice || model->selection == LOOP_SELECT_INDEPENDENT)
        loop->choice = named(l, symbol, model->channels, "choice");
    if (shows(model, LOOP_FIELD_probability))
        loop->probability = named(l, symbol, model->channels, "probability");
    if (model->uses_policy)
        loop->policy = named(l, symbol, model->channels, "policy");
    if (shows(model, LOOP_FIELD_chose) || keeps_traces(model))
        loop->chose = named(l, symbol, 1, "chose");
    if (shows(model, LOOP_FIELD_taken) || expected)
        loop->taken = named(l, symbol, 1, "taken");
    if (expected) {
        loop->expected = named(l, symbol, 1, "expected");
        loop->held_taken = named(l, symbol, 1, "held_taken");
    }
    loop->act = symbol->reg = named(l, symbol, model->selection == LOOP_SELECT_INDEPENDENT ? model->channels : 1, NULL);
    lower_reg(l, loop->act)->bounds = lower_bounds_between(-1, model->channels - 1.0);
}

static void declare(Lower *l, const LoopLoopModel *model)
{
    LoopSymbol *symbol = model->symbol;
    LoopLoop *loop = lower_loop_of(l, symbol);
    *loop = (LoopLoop){
        .name = lower_text(l, symbol->name), .span = symbol->span, .kind = model->kind,
        .place = loop_name_hash(symbol->name), .channels = model->channels, .neurons = model->neurons,
        .lines = model->context->type.width, .wiring = model->wiring, .reach = model->reach, .uniform = !symbol->varies,
        .rule = model->rule, .override = LOOP_NONE, .lesion = LOOP_NONE, .freeze = LOOP_NONE, .exploration = model->exploration, .explored = LOOP_NONE,
        .output = LOOP_NONE, .noise = LOOP_NONE,
        .context = LOOP_NONE, .propose = LOOP_NONE, .bias = LOOP_NONE, .upstate = model->upstate,
        .selection = model->selection, .selection_value = LOOP_NONE, .when = LOOP_NONE,
        .choice = LOOP_NONE, .probability = LOOP_NONE, .policy = LOOP_NONE, .chose = LOOP_NONE, .act = LOOP_NONE, .taken = LOOP_NONE,
        .expected = LOOP_NONE, .held_taken = LOOP_NONE, .dopamine = LOOP_NONE, .rate = LOOP_NONE, .trace = LOOP_NONE,
        .burst = LOOP_NONE, .dip = LOOP_NONE, .forget = LOOP_NONE, .credit = LOOP_NONE, .credit_context = LOOP_NONE,
        .credit_propose = LOOP_NONE, .trace_by_neuron = model->wiring != LOOP_WIRING_BROADCAST || model->upstate,
        .weights = LOOP_NONE, .bounded = model->bounded, .lo = model->lo, .hi = model->hi};
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        loop->settings[i] = LOOP_NONE;
    loop->value = symbol->reg = named(l, symbol, model->channels, "value");
    if (model->kind == LOOP_VARY) {
        loop->noise = named(l, symbol, model->channels, "noise");
        loop->output = symbol->reg = named(l, symbol, model->channels, NULL);
    }
    if (model->kind == LOOP_CHOOSE)
        declare_choice(l, model, loop);
}

void lower_loops_declare(Lower *l)
{
    l->program->loop_count = (uint32_t)l->model->loops.count;
    l->program->loops = LOOP_NEW_ARRAY(l->arena, l->model->loops.count, LoopLoop);
    for (size_t i = 0; l->program->loops && i < l->model->loops.count; i++)
        declare(l, LOOP_ITEM(l->model->loops, LoopLoopModel *, i));
}

/* Every weight gets a draw of its own: draws are as wide as there are weights. Names that the formula reads keep their
   own width, so they come first. */
static uint32_t starting_weights(Lower *l, const LoopLoopModel *model, const LoopLoop *loop)
{
    LoopList nodes = {0};
    if (!model->weights || !loop_nodes_collect(l->scratch, model->weights, ++l->walk, NULL, &nodes))
        return LOOP_NONE;
    for (size_t i = 0; i < nodes.count; i++)
        if (LOOP_ITEM(nodes, LoopNode *, i)->kind == LOOP_NODE_SYMBOL)
            lower_value(l, LOOP_ITEM(nodes, LoopNode *, i));
    size_t before = l->regs.count;
    l->wide = (uint32_t)loop_synapses(loop);
    uint32_t reg = lower_value(l, model->weights);
    l->wide = 0;
    LowerReg *made = lower_reg(l, reg);
    made->no_room = reg >= before && !model->weights->constant && model->weights->kind != LOOP_NODE_SYMBOL &&
                    made->width == loop_synapses(loop) && made->uniform == loop->uniform;
    return reg;
}

void lower_loops_start(Lower *l)
{
    for (size_t i = 0; l->program->loops && i < l->model->loops.count; i++) {
        const LoopLoopModel *model = LOOP_ITEM(l->model->loops, LoopLoopModel *, i);
        LoopLoop *loop = lower_loop_of(l, model->symbol);
        loop->weights = starting_weights(l, model, loop);
    }
}

/* `reg`, but 0 while `condition` holds. */
static uint32_t unless(Lower *l, uint32_t condition, uint32_t reg)
{
    return lower_select(l, condition, lower_number(l, 0), reg);
}

static uint32_t or_one(Lower *l, uint32_t reg)
{
    return reg == LOOP_NONE ? lower_number(l, 1) : reg;
}

/* A formula of a loop, and what it is called. */
typedef struct Input {
    const LoopNode *node;
    uint32_t reg;
    const char *what;
} Input;

/* Tests for being a number what may be none. */
static void finite_inputs(Lower *l, const LoopLoopModel *model, const Input *inputs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const LoopNode *node = inputs[i].node;
        if (node && node->kind != LOOP_NODE_CREDIT)
            lower_finite(l, inputs[i].reg, node->span,
                         lower_print(l, "%.*s %s", LOOP_STR_ARGS(model->symbol->name), inputs[i].what));
    }
}

/* With nan a selection would let nothing through, and say nothing. */
static void finite_selection(Lower *l, const LoopLoopModel *model, const LoopLoop *loop)
{
    const Input inputs[] = {{model->propose, loop->propose, "propose"},
                            {model->selection_value, loop->selection_value, "select"}, {model->when, loop->when, "when"},
                            {model->override, loop->override, "override"}};
    finite_inputs(l, model, inputs, sizeof inputs / sizeof inputs[0]);
    if (model->selection == LOOP_SELECT_EPSILON && model->selection_value)
        lower_range(l, model->selection_value, loop->selection_value, 1, "the share of exploration");
}

/* The bias is for the lanes that choose. Where none does, it is not worked out, unless somebody asks for probabilities. */
static uint32_t bias_of(Lower *l, const LoopLoopModel *model, const LoopLoop *loop)
{
    LoopNode *node = model->bias;
    bool always = !node || node->reg != LOOP_NONE || loop->when == LOOP_NONE || model->override || shows(model, LOOP_FIELD_probability) ||
                  lower_calls_foreign(l, node);
    if (always) {
        uint32_t bias = lower_value(l, node);
        finite_inputs(l, model, &(Input){node, bias, "bias"}, 1);
        return bias;
    }
    lower_hoist(l, node);
    LowerRegion region = lower_open(l, loop->when);
    uint32_t bias = lower_value(l, node);
    if (!lower_initial(l, bias)) /* what lanes would have that don't choose must be no fault */
        bias = lower_select(l, loop->when, bias, lower_number(l, 0));
    finite_inputs(l, model, &(Input){node, bias, "bias"}, 1);
    lower_close(l, region);
    return bias;
}

void lower_loop(Lower *l, const LoopSymbol *symbol)
{
    const LoopLoopModel *model = symbol->loop;
    LoopLoop *loop = lower_loop_of(l, symbol);
    loop->context = lower_value(l, model->context);
    loop->propose = lower_value(l, model->propose);
    loop->when = lower_value(l, model->when);
    loop->bias = bias_of(l, model, loop);
    loop->selection_value = lower_value(l, model->selection_value);
    if (model->kind == LOOP_CHOOSE && model->selection == LOOP_SELECT_SOFTMAX && !model->selection_value)
        loop->selection_value = lower_number(l, 1);
    loop->override = lower_value(l, model->override);
    if (model->kind == LOOP_VARY)
        loop->explored = model->explored ? lower_value(l, model->explored) : lower_number(l, DEFAULT_EXPLORATION);
    finite_selection(l, model, loop);
    loop->lesion = lower_value(l, model->lesioned);
    if (loop->lesion != LOOP_NONE) /* what is not proposed has no value */
        loop->propose = unless(l, loop->lesion, or_one(l, loop->propose));
    lower_emit1(l, LOOP_OP_VALUE, symbol->index);
    (model->dopamine && model->rate ? lower_learned : lower_finite)(l, loop->value, symbol->span, symbol->name);
    if (shows(model, LOOP_FIELD_striatum)) { /* now: at the end of the step the weights are others */
        symbol->loop->striatum = lower_reg_new(l, loop->channels * loop->neurons, loop->uniform ? LOWER_SHARED : LOWER_EACH);
        lower_emit2(l, LOOP_OP_STRIATUM, symbol->loop->striatum, symbol->index);
    }
    if (model->kind == LOOP_CHOOSE)
        lower_emit1(l, LOOP_OP_CHOOSE, symbol->index);
    if (model->kind == LOOP_VARY) {
        lower_emit1(l, LOOP_OP_VARY, symbol->index);
        lower_finite(l, loop->output, symbol->span, symbol->name);
    }
}

/* ---- learning ---- */

/* The discount shortens the traces of a predict loop. */
static uint32_t trace_of(Lower *l, const LoopLoopModel *model, const LoopLoop *loop)
{
    if (keeps_traces(model))
        return lower_op1(l, LOOP_OP_not, loop->chose);
    if (!model->trace)
        return lower_number(l, 0);
    uint32_t trace = lower_value(l, model->trace);
    if (model->kind != LOOP_PREDICT || model->horizon != LOOP_DISCOUNT || !model->discount)
        return trace;
    return lower_op2(l, LOOP_OP_mul, trace, lower_value(l, model->discount));
}

/* A lesioned loop keeps its weights and loses its traces; a frozen one keeps its weights and its traces run on. */
static void manipulate(Lower *l, const LoopLoopModel *model, LoopLoop *loop)
{
    uint32_t frozen = lower_value(l, model->frozen), blocked = lower_value(l, model->blocked);
    if (blocked != LOOP_NONE)
        loop->dopamine = unless(l, blocked, loop->dopamine);
    if (loop->lesion != LOOP_NONE)
        loop->trace = unless(l, loop->lesion, loop->trace);
    loop->freeze = frozen == LOOP_NONE ? loop->lesion
                   : loop->lesion == LOOP_NONE ? frozen
                                               : lower_op2(l, LOOP_OP_or, frozen, loop->lesion);
}

static bool is_wide(Lower *l, uint32_t reg)
{
    return reg != LOOP_NONE && lower_reg(l, reg)->width > 1;
}

/* With nan learning would reach some synapses and pass over others. */
static void finite_learning(Lower *l, const LoopLoopModel *model, const LoopLoop *loop)
{
    const Input inputs[] = {{model->rate, loop->rate, "rate"}, {model->trace, loop->trace, "trace"}, {model->burst, loop->burst, "burst"},
                            {model->dip, loop->dip, "dip"}, {model->credit, loop->credit, "credit"}};
    finite_inputs(l, model, inputs, sizeof inputs / sizeof inputs[0]);
    const LoopRule *rule = loop_rule(model->rule);
    for (size_t i = 0; i < LOOP_RULE_SETTINGS && rule->settings[i].name; i++)
        finite_inputs(l, model, &(Input){model->settings[i], loop->settings[i], rule->settings[i].name}, 1);
}

static void learn(Lower *l, const LoopLoopModel *model)
{
    const LoopSymbol *symbol = model->symbol;
    LoopLoop *loop = lower_loop_of(l, symbol);
    bool forward = model->kind == LOOP_PREDICT && model->horizon != LOOP_DISCOUNT;
    uint32_t late = forward ? model->lead : 0, credit = lower_value(l, model->credit);
    if (!model->credit && model->kind != LOOP_PREDICT)
        credit = model->kind == LOOP_CHOOSE ? loop->choice : loop->noise;
    loop->learns = true;
    loop->credit_first = forward;
    loop->dopamine = model->dopamine->reg;
    loop->rate = lower_value(l, model->rate);
    loop->trace = trace_of(l, model, loop);
    loop->burst = lower_value(l, model->burst);
    loop->dip = lower_value(l, model->dip);
    loop->forget = lower_value(l, model->forget);
    const LoopRule *rule = loop_rule(model->rule);
    for (size_t i = 0; i < LOOP_RULE_SETTINGS && rule->settings[i].name; i++)
        loop->settings[i] = model->settings[i] ? lower_value(l, model->settings[i]) : lower_number(l, rule->settings[i].value);
    if (loop->lesion != LOOP_NONE) /* neither what is active now nor what comes late leaves a trace */
        credit = unless(l, loop->lesion, or_one(l, credit));
    loop->credit = lower_late(l, credit, late);
    if (loop->lesion != LOOP_NONE && late)
        loop->credit = unless(l, loop->lesion, loop->credit);
    loop->own_choice = loop->kind == LOOP_CHOOSE && loop->selection != LOOP_SELECT_INDEPENDENT && loop->credit == loop->choice &&
                       !shows(model, LOOP_FIELD_choice);
    loop->has_trace = model->trace != NULL;
    loop->excused = model->doubted || model->forget || model->hindered;
    manipulate(l, model, loop);
    loop->credit_context = lower_late(l, loop->context, late);
    loop->credit_propose = lower_late(l, loop->propose, late);
    loop->trace_by_channel = is_wide(l, loop->credit) || is_wide(l, loop->trace) || is_wide(l, loop->credit_propose) || loop->trace_by_neuron;
    finite_learning(l, model, loop);
    lower_emit1(l, LOOP_OP_LEARN, symbol->index);
}

void lower_learning(Lower *l)
{
    for (size_t i = 0; l->program->loops && i < l->model->loops.count; i++) {
        const LoopLoopModel *model = LOOP_ITEM(l->model->loops, LoopLoopModel *, i);
        if (model->dopamine && model->rate)
            learn(l, model);
    }
}
