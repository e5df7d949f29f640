/* Outcomes. Each final is a small section; all finals of one domain (all agents, or those of a group) are run over it in chunks
   of lanes. Means over agents are taken in agent order. */
#include "runtime/run/finals.h"

#include "runtime/run/missing.h"
#include "runtime/vm/vm.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 64 };

typedef struct Finals {
    const LoopProgram *program;
    LoopProgram registers; /* the program with no more than finals read: neither loops, delays and measures nor their memory */
    const LoopRunPlan *plan;
    const LoopMeasured *measured;
    bool keeps_agents;
    LoopUnfit *unfit;
    LoopLayout layout;
    LoopBlock *block;
    double **values;   /* of each final: [width][lanes of its domain] */
    LoopMissing missing;
    uint32_t *input_at; /* [registers]: which input it gets; LOOP_NONE */
    LoopArena *arena;  /* owns the values */
} Finals;

static uint32_t domain(const Finals *f, const LoopFinal *final)
{
    return final->group == LOOP_NONE ? f->plan->all : f->plan->agents;
}

/* The run's lane that stands for agent `i` of a final's domain, in the group that an input names. */
static uint32_t lane_of(const Finals *f, const LoopFinal *final, uint32_t group, uint32_t i)
{
    if (group != LOOP_NONE)
        return group * f->plan->agents + i % f->plan->agents;
    return final->group == LOOP_NONE ? i : final->group * f->plan->agents + i;
}

/* Notes the first value that is asked for and is no number, though the agent had trials. */
static void look_at(Finals *f, uint32_t measure, uint32_t lane, double value)
{
    if (isfinite(value) || f->unfit->found || f->program->measures[measure].first_true || !f->measured[measure].trials[lane])
        return;
    *f->unfit = (LoopUnfit){.found = true, .measure = measure, .lane = lane, .value = value};
}

/* Gives register `reg` what was measured, if it is an input. Whether some of that is missing. */
static bool load_input(Finals *f, const LoopFinal *final, uint32_t reg, uint32_t first)
{
    if (f->input_at[reg] == LOOP_NONE)
        return false;
    const LoopFinalInput *in = &f->program->inputs[f->input_at[reg]];
    uint32_t lanes = f->block->lanes;
    LoopReal *at = loop_block_register(f->block, reg);
    for (uint32_t e = 0; e < f->program->registers[reg].width; e++)
        for (uint32_t l = 0; l < lanes; l++) {
            const uint32_t lane = lane_of(f, final, in->group, first + l);
            const double value = f->measured[in->measure].value[(size_t)e * f->plan->all + lane];
            look_at(f, in->measure, lane, value);
            at[e * lanes + l] = value;
        }
    return loop_missing_input(&f->missing, f->block, reg);
}

/* The lanes from `first` of the final's domain on that the block holds. */
static void run_chunk(Finals *f, uint32_t index, uint32_t first)
{
    const LoopFinal *final = &f->program->finals[index];
    const LoopSection *section = &final->section;
    size_t all = domain(f, final);
    bool missing = load_input(f, final, final->result, first);
    for (size_t pc = 0; pc < section->length;)
        for (const char *o = loop_op_info(section->code[pc++])->operands; *o; o++, pc++)
            if (*o == 'v' || *o == 'h')
                missing = load_input(f, final, section->code[pc], first) || missing;
    loop_block_run(f->block, section);
    missing = missing || loop_missing_may_begin(section);
    if (missing)
        loop_missing_follow(&f->missing, f->block, section);
    for (uint32_t e = 0; e < f->program->registers[final->result].width; e++)
        for (uint32_t l = 0; l < f->block->lanes; l++)
            f->values[index][e * all + first + l] =
                missing && loop_missing_at(&f->missing, final->result, e, l) ? (double)NAN : (double)loop_block_at(f->block, final->result, e, l);
}

/* All finals of group `group`, or of all agents. */
static void run_domain(Finals *f, uint32_t group)
{
    uint32_t all = group == LOOP_NONE ? f->plan->all : f->plan->agents, begin = group == LOOP_NONE ? 0 : group * all;
    for (uint32_t first = 0; first < all; first += CHUNK) {
        loop_block_start(f->block, begin + first, all - first < CHUNK ? all - first : CHUNK);
        for (uint32_t i = 0; i < f->program->final_count; i++)
            if (f->program->finals[i].group == group)
                run_chunk(f, i, first);
    }
}

static bool run_finals(Finals *f)
{
    const LoopProgram *p = f->program;
    f->values = LOOP_NEW_ARRAY(f->arena, p->final_count, double *);
    f->input_at = LOOP_NEW_ARRAY(f->arena, p->register_count, uint32_t);
    for (uint32_t i = 0; f->values && i < p->final_count; i++)
        f->values[i] = LOOP_NEW_ARRAY(f->arena, (size_t)domain(f, &p->finals[i]) * p->registers[p->finals[i].result].width, double);
    if (loop_arena_failed(f->arena))
        return false;
    for (uint32_t i = 0; i < p->register_count; i++)
        f->input_at[i] = LOOP_NONE;
    for (uint32_t i = 0; i < p->input_count; i++)
        f->input_at[p->inputs[i].reg] = i;
    run_domain(f, LOOP_NONE);
    for (uint32_t g = 0; g < p->group_count; g++)
        run_domain(f, g);
    return true;
}

/* The mean of those that are numbers, rounded once or nearly: 11 of 20 are 0.55 to the last bit, for which = and >= may ask, and what all
   have in common is their mean. The sum is taken with what each addition leaves: Neumaier 1974. */
static double mean_of(const double *x, uint32_t count, LoopSample *sample)
{
    double sum = 0, rest = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (isnan(x[i]))
            continue;
        const LoopPair pair = loop_sum(sum, x[i]);
        sum = pair.hi;
        rest += pair.lo;
        sample->infinite += isinf(x[i]) != 0;
        sample->agents++;
    }
    return !sample->agents ? (double)NAN : !isfinite(sum) ? sum : loop_quotient((LoopPair){sum, rest}, (LoopPair){sample->agents, 0});
}

/* Mean and standard error over the agents that have a value; infinity is a value. */
static LoopSample average(const double *x, uint32_t count, double *mean, double *sem)
{
    double squares = 0;
    LoopSample sample = {0};
    *mean = mean_of(x, count, &sample);
    for (uint32_t i = 0; i < count; i++)
        if (!isnan(x[i]))
            squares += (x[i] - *mean) * (x[i] - *mean);
    uint32_t n = sample.agents;
    *sem = !n || isinf(*mean) ? (double)NAN : n > 1 ? sqrt(squares / (n - 1.0) / n) : 0;
    sample.clusters = n;
    return sample;
}

/* The same over [groups][agents]. An agent has the same luck in all groups, so its values count as one for the standard error: that of
   clusters, which with no value missing is the standard error of the agents' own means. */
static LoopSample average_pooled(const double *x, uint32_t groups, uint32_t agents, double *mean, double *sem)
{
    LoopSample sample = average(x, groups * agents, mean, sem);
    double squares = 0;
    if (groups == 1)
        return sample;
    sample.clusters = 0;
    for (uint32_t i = 0; i < agents; i++) {
        double off = 0;
        bool any = false;
        for (uint32_t g = 0; g < groups; g++)
            if (!isnan(x[(size_t)g * agents + i])) {
                off += x[(size_t)g * agents + i] - *mean;
                any = true;
            }
        squares += off * off;
        sample.clusters += any;
    }
    double n = sample.clusters;
    *sem = !isfinite(*mean) ? (double)NAN : n > 1 ? sqrt(squares * n / (n - 1)) / sample.agents : 0;
    return sample;
}

/* Where there is no value nothing holds, nor between two trials of which neither came: nobody knows which would have been first. */
static bool related(LoopRelation relation, double x, double y, double tolerance)
{
    if (isnan(x) || isnan(y) || (isinf(x) && x == y))
        return false;
    switch (relation) {
    case LOOP_REL_EQ:
        return x == y;
    case LOOP_REL_NE:
        return x != y;
    case LOOP_REL_LT:
        return x < y;
    case LOOP_REL_LE:
        return x <= y;
    case LOOP_REL_GT:
        return x > y;
    case LOOP_REL_GE:
        return x >= y;
    case LOOP_REL_NEAR:
        return fabs(x - y) <= tolerance;
    }
    return false;
}

static double final_mean(const Finals *f, uint32_t index, uint32_t element)
{
    if (index == LOOP_NONE)
        return 0;
    const LoopFinal *final = &f->program->finals[index];
    uint32_t width = f->program->registers[final->result].width, all = domain(f, final);
    double mean, sem;
    average(f->values[index] + (size_t)(width == 1 ? 0 : element) * all, all, &mean, &sem);
    return mean;
}

/* `by` moves the bound away from the value: up for > and >=, down for < and <=. */
static double with_margin(LoopRelation relation, double bound, double margin)
{
    return relation == LOOP_REL_LT || relation == LOOP_REL_LE ? bound - margin : bound + margin;
}

static double tolerance_of(const LoopClaim *claim, double bound, double within)
{
    return claim->tolerance_is_percent ? fabs(bound) * within / 100 : within;
}

/* What agent `agent` of `lanes` has of a final: its own, that of its number where the final is of one group, or where it is of all groups
   and the agent of one the mean over those that have a value. */
static double agent_value(const Finals *f, uint32_t index, uint32_t element, uint32_t agent, uint32_t lanes)
{
    if (index == LOOP_NONE)
        return 0;
    const LoopFinal *final = &f->program->finals[index];
    uint32_t width = f->program->registers[final->result].width, all = domain(f, final), n = 0;
    const double *x = f->values[index] + (size_t)(width == 1 ? 0 : element) * all;
    double sum = 0;
    if (all <= lanes)
        return x[agent % all];
    for (uint32_t i = agent; i < all; i += lanes)
        if (!isnan(x[i])) {
            sum += x[i];
            n++;
        }
    return n ? sum / n : (double)NAN;
}

/* For how many percent of agents each element holds on its own. */
static double share_of_agents(const Finals *f, const LoopClaim *claim, const LoopOutcome *out)
{
    uint32_t all = domain(f, &f->program->finals[claim->value]), failing = 0;
    bool *fails = LOOP_NEW_ARRAY(f->arena, all, bool);
    for (uint32_t e = 0; fails && e < out->width; e++) {
        for (uint32_t a = 0; a < all; a++) {
            double margin = agent_value(f, claim->margin, e, a, all), within = agent_value(f, claim->tolerance, 0, a, all);
            double bound = with_margin(claim->relation, agent_value(f, claim->bound, e, a, all), margin);
            fails[a] = fails[a] || !related(claim->relation, agent_value(f, claim->value, e, a, all), bound, tolerance_of(claim, bound, within));
        }
    }
    for (uint32_t a = 0; fails && a < all; a++)
        failing += fails[a];
    return 100.0 * (all - failing) / all;
}

static void judge(const Finals *f, const LoopClaim *claim, LoopOutcome *out)
{
    out->holds = true;
    for (uint32_t e = 0; e < out->width; e++) {
        out->holds = out->holds && out->sample[e].agents > 0;
        const double bound = final_mean(f, claim->bound, e), margin = final_mean(f, claim->margin, e);
        out->bound[e] = with_margin(claim->relation, bound, margin);
        if (out->margin)
            out->plain[e] = bound, out->margin[e] = margin;
        double tolerance = tolerance_of(claim, out->bound[e], final_mean(f, claim->tolerance, 0));
        if (out->tolerance)
            out->tolerance[e] = tolerance;
        out->holds = out->holds && related(claim->relation, out->mean[e], out->bound[e], tolerance);
    }
    if (claim->percent > 0) {
        out->share = share_of_agents(f, claim, out);
        out->holds = out->share >= claim->percent;
    }
}

/* Trials of one input of the final, of all its agents. */
static uint64_t input_trials(const Finals *f, const LoopFinal *final, uint32_t input)
{
    const LoopFinalInput *from = &f->program->inputs[input];
    uint64_t trials = 0;
    for (uint32_t a = 0; a < domain(f, final); a++)
        trials += f->measured[from->measure].trials[lane_of(f, final, from->group, a)];
    return trials;
}

/* The input that has the fewest trials, `*least`, of those that element `e` of the final reads; LOOP_NONE: it reads none. */
static uint32_t scarcest(const Finals *f, const LoopFinal *final, uint32_t e, uint64_t *least)
{
    const LoopSection *section = &final->section;
    uint32_t found = f->input_at[final->result];
    *least = found == LOOP_NONE ? 0 : input_trials(f, final, found);
    for (size_t pc = 0; pc < section->length;) {
        bool passes = loop_final_passes(f->program, final, section->code + pc, e);
        for (const char *o = loop_op_info(section->code[pc++])->operands; *o; o++, pc++) {
            uint32_t input = !passes && (*o == 'v' || *o == 'h') ? f->input_at[section->code[pc]] : LOOP_NONE;
            uint64_t trials = input == LOOP_NONE ? 0 : input_trials(f, final, input);
            if (input == LOOP_NONE || (found != LOOP_NONE && trials >= *least))
                continue;
            found = input;
            *least = trials;
        }
    }
    return found;
}

static uint64_t count_trials(const Finals *f, const LoopFinal *final, uint32_t e)
{
    uint64_t least;
    scarcest(f, final, e, &least);
    return least;
}

/* Whether its elements are put in one by one; else all are from the same trials. */
static bool is_list(const Finals *f, const LoopFinal *final)
{
    const LoopSection *section = &final->section;
    for (size_t pc = 0; pc < section->length; pc += loop_op_info(section->code[pc])->words)
        if (loop_final_passes(f->program, final, section->code + pc, UINT32_MAX))
            return true;
    return false;
}

/* How many trials went into each element. */
static void fill_trials(const Finals *f, const LoopFinal *final, LoopOutcome *out)
{
    bool list = is_list(f, final);
    for (uint32_t e = 0; e < out->width; e++)
        out->sample[e].trials = e == 0 || list ? count_trials(f, final, e) : out->sample[0].trials;
}

static bool has_value(const Finals *f, uint32_t index)
{
    const LoopFinal *final = &f->program->finals[index];
    const size_t count = (size_t)domain(f, final) * f->program->registers[final->result].width;
    size_t i = 0;
    while (i < count && isnan(f->values[index][i]))
        i++;
    return i < count;
}

/* Whether there is nothing to show, or to hold it against, and why. */
static void note_valueless(const Finals *f, const LoopClaim *claim, LoopOutcome *out)
{
    const uint32_t index = !has_value(f, claim->value) ? claim->value : claim->bound;
    if (index == LOOP_NONE || has_value(f, index))
        return;
    uint64_t trials;
    const uint32_t input = scarcest(f, &f->program->finals[index], 0, &trials);
    out->valueless = input != LOOP_NONE;
    out->unmeasured = out->valueless && !trials ? f->program->inputs[input].measure : LOOP_NONE;
}

/* Value less bound, agent by agent: the two are of the same agents, so their own standard errors do not tell that of the difference. */
static bool compare_agents(const Finals *f, const LoopClaim *claim, LoopOutcome *out, LoopResults *results)
{
    uint32_t all = domain(f, &f->program->finals[claim->value]), agents = f->plan->agents;
    double *each = LOOP_NEW_ARRAY(f->arena, all, double);
    out->difference = LOOP_NEW_ARRAY(results->arena, out->width, double);
    out->difference_sem = LOOP_NEW_ARRAY(results->arena, out->width, double);
    out->difference_sample = LOOP_NEW_ARRAY(results->arena, out->width, LoopSample);
    if (!each || !out->difference || !out->difference_sem || !out->difference_sample)
        return false;
    for (uint32_t e = 0; e < out->width; e++) {
        for (uint32_t a = 0; a < all; a++)
            each[a] = agent_value(f, claim->value, e, a, all) - agent_value(f, claim->bound, e, a, all);
        out->difference_sample[e] = average_pooled(each, all / agents, agents, &out->difference[e], &out->difference_sem[e]);
    }
    return true;
}

/* Durations are computed with in steps, which are whole numbers, and shown in milliseconds. */
static void show_durations(const LoopProgram *program, LoopOutcome *out, size_t lanes)
{
    double *const shown[] = {out->mean, out->sem, out->bound, out->plain, out->margin, out->tolerance, out->difference, out->difference_sem};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        for (uint32_t e = 0; shown[i] && e < out->width; e++)
            shown[i][e] *= program->step_ms;
    for (size_t i = 0; out->each && i < out->width * lanes; i++)
        out->each[i] *= program->step_ms;
}

static bool make_outcome(const Finals *f, uint32_t index, LoopResults *results)
{
    const LoopClaim *claim = &f->program->claims[index];
    LoopOutcome *out = &results->outcomes[index];
    const LoopFinal *value = &f->program->finals[claim->value];
    uint32_t all = domain(f, value);
    out->width = f->program->registers[value->result].width;
    out->group = value->group;
    if (f->keeps_agents)
        out->each = LOOP_NEW_ARRAY(results->arena, (size_t)all * out->width, double);
    if (claim->bound != LOOP_NONE) {
        uint32_t other = f->program->registers[f->program->finals[claim->bound].result].width;
        out->bound = LOOP_NEW_ARRAY(results->arena, out->width > other ? out->width : other, double);
    }
    if (claim->margin != LOOP_NONE) {
        out->plain = LOOP_NEW_ARRAY(results->arena, out->width, double);
        out->margin = LOOP_NEW_ARRAY(results->arena, out->width, double);
    }
    if (claim->tolerance != LOOP_NONE)
        out->tolerance = LOOP_NEW_ARRAY(results->arena, out->width, double);
    out->mean = LOOP_NEW_ARRAY(results->arena, out->width, double);
    out->sem = LOOP_NEW_ARRAY(results->arena, out->width, double);
    out->sample = LOOP_NEW_ARRAY(results->arena, out->width, LoopSample);
    if (loop_arena_failed(results->arena))
        return false;
    for (uint32_t e = 0; e < out->width; e++)
        out->sample[e] = average_pooled(f->values[claim->value] + (size_t)e * all, all / f->plan->agents, f->plan->agents, &out->mean[e], &out->sem[e]);
    fill_trials(f, value, out);
    note_valueless(f, claim, out);
    if (out->each)
        memcpy(out->each, f->values[claim->value], (size_t)all * out->width * sizeof *out->each);
    if (claim->is_expectation) {
        judge(f, claim, out);
        results->failed += !out->holds;
        bool measured = claim->bound != LOOP_NONE && count_trials(f, &f->program->finals[claim->bound], 0) > 0;
        if (measured && !compare_agents(f, claim, out, results))
            return false;
    }
    if (claim->unit == LOOP_UNIT_DURATION)
        show_durations(f->program, out, all);
    return true;
}

/* Leaves in f->registers what finals read, and what that is worked out from. */
static bool keep_needed(Finals *f)
{
    LoopProgram *p = &f->registers;
    bool *needed = LOOP_NEW_ARRAY(f->arena, p->register_count, bool);
    LoopRegister *registers = LOOP_NEW_ARRAY(f->arena, p->register_count, LoopRegister);
    if (!needed || !registers)
        return false;
    for (uint32_t i = 0; i < p->final_count; i++) {
        loop_section_mark(&p->finals[i].section, needed);
        needed[p->finals[i].result] = true;
    }
    for (uint32_t i = 0; i < p->input_count; i++)
        needed[p->inputs[i].reg] = true;
    p->loop_count = p->ring_count = p->measure_count = p->strip_count = 0;
    static uint32_t nothing; /* a section has code, be it of no length */
    p->step = p->observe = p->verdict = (LoopSection){.code = &nothing};
    p->init = loop_section_slice(&p->init, needed, f->arena);
    for (uint32_t i = 0; i < p->register_count; i++)
        registers[i] = (LoopRegister){p->registers[i].width, p->registers[i].uniform, !needed[i]};
    p->registers = registers;
    return !loop_arena_failed(f->arena);
}

bool loop_finals_run(const LoopProgram *program, const LoopRunPlan *plan, const LoopRunOptions *options, const LoopMeasured *measured,
                     LoopResults *results, LoopUnfit *unfit)
{
    Finals f = {.program = program, .plan = plan, .measured = measured, .keeps_agents = options->keeps_agents, .unfit = unfit, .arena = loop_arena_new()};
    f.registers = *program;
    uint32_t lanes = plan->all < CHUNK ? plan->all : CHUNK;
    bool ok =
        f.arena && keep_needed(&f) && loop_missing_make(&f.missing, &f.registers, lanes, f.arena) && loop_layout_make(&f.layout, &f.registers, lanes);
    if (ok) {
        f.block = loop_block_new(&f.registers, &f.layout, plan->agents, options->seed);
        results->outcomes = LOOP_NEW_ARRAY(results->arena, program->claim_count, LoopOutcome);
        ok = f.block && results->outcomes && run_finals(&f);
    }
    for (uint32_t i = 0; ok && i < program->claim_count; i++)
        ok = make_outcome(&f, i, results);
    ok = ok && !loop_arena_failed(f.arena);
    loop_block_free(f.block);
    loop_layout_free(&f.layout);
    loop_arena_free(f.arena);
    return ok;
}
