/* The report for programs: JSON Lines. The schema number changes when a member changes its meaning or goes; members
   may be added. */
#include "runtime/output/json.h"
#include "runtime/output/report.h"
#include "runtime/output/show.h"

#include <math.h>

enum { SCHEMA = 1 };

static void begin(LoopJson *json, const char *kind)
{
    json->started = false;
    loop_json_open(json, '{');
    loop_json_key(json, "schema");
    loop_json_int(json, SCHEMA);
    loop_json_key(json, "kind");
    loop_json_str(json, loop_str(kind));
}

static void end(LoopJson *json, LoopSink *out)
{
    loop_json_close(json, '}');
    loop_text_add(json->out, "\n");
    loop_sink_spill(out);
}

/* ---- parameters ---- */

static void put_numbers(LoopJson *json, const double *x, uint32_t width, double scale)
{
    if (width > 1)
        loop_json_open(json, '[');
    for (uint32_t e = 0; e < width; e++)
        loop_json_num(json, x[e] * scale);
    if (width > 1)
        loop_json_close(json, ']');
}

/* What a number of this unit is multiplied with: the program counts in steps. */
static double scale_of(const LoopProgram *program, LoopUnit unit)
{
    return unit == LOOP_UNIT_DURATION ? program->step_ms : 1;
}

/* The brace stays open. */
static void begin_parameter(LoopJson *json, const LoopProgram *program, LoopStr name, LoopUnit unit, const double *value, uint32_t width)
{
    loop_json_open(json, '{');
    loop_json_member_str(json, "name", name);
    loop_json_key(json, "value");
    put_numbers(json, value, width, scale_of(program, unit));
    loop_json_member_str(json, "unit", unit == LOOP_UNIT_DURATION ? LOOP_STR("ms") : LOOP_STR("1"));
}

static void put_parameter(LoopJson *json, const LoopProgram *program, const LoopParam *param)
{
    const double scale = scale_of(program, param->unit);
    begin_parameter(json, program, param->name, param->unit, param->value, param->width);
    if (param->groups) {
        loop_json_key(json, "groups");
        loop_json_open(json, '{');
        for (uint32_t g = 0; g < program->group_count; g++) {
            loop_json_str(json, program->groups[g]);
            loop_text_add(json->out, ":");
            json->started = false;
            put_numbers(json, param->groups + (size_t)g * param->width, param->width, scale);
        }
        loop_json_close(json, '}');
    }
    loop_json_close(json, '}');
}

void loop_json_parameters(LoopJson *json, const LoopProgram *program)
{
    loop_json_key(json, "parameters");
    loop_json_open(json, '[');
    for (uint32_t i = 0; i < program->param_count; i++)
        if (program->params[i].name.len) /* else the compiler made it */
            put_parameter(json, program, &program->params[i]);
    for (uint32_t i = 0; i < program->given_count; i++)
        if (program->given[i].constant) {
            begin_parameter(json, program, program->given[i].name, program->given[i].unit, &program->given[i].value, 1);
            loop_json_close(json, '}');
        }
    loop_json_close(json, ']');
}

/* ---- lines ---- */

static void put_run(const LoopReport *report, LoopSink *out)
{
    LoopJson json = {&out->text, false};
    const LoopProgram *program = report->program;
    begin(&json, "run");
    loop_json_member_str(&json, "version", LOOP_STR(LOOP_VERSION));
    loop_json_member_str(&json, "model", program->model);
    loop_json_member_str(&json, "doc", program->doc);
    if (report->results->single)
        loop_json_member_str(&json, "precision", LOOP_STR("single"));
    loop_json_member_num(&json, "step_ms", program->step_ms);
    loop_json_member_int(&json, "steps", report->results->steps);
    loop_json_member_int(&json, "agents", report->results->agents);
    loop_json_member_int(&json, "seed", report->results->seed);
    loop_json_key(&json, "groups");
    loop_json_open(&json, '[');
    for (uint32_t i = 0; i < program->group_count; i++)
        loop_json_str(&json, program->groups[i]);
    loop_json_close(&json, ']');
    loop_json_parameters(&json, program);
    end(&json, out);
}

/* What phrase selects the trials, without its first blank: "last 20"; empty for all. */
static void member_select(LoopJson *json, const LoopSelect *select)
{
    LoopText text = {0};
    loop_show_select(&text, select);
    json->out->failed = json->out->failed || text.failed;
    loop_json_member_str(json, "trials", text.len ? (LoopStr){text.at + 1, text.len - 1} : LOOP_STR("all"));
    loop_text_free(&text);
}

static void put_marks(LoopJson *json, const LoopReport *report, const LoopStrip *strip)
{
    loop_json_key(json, "events");
    loop_json_open(json, '[');
    for (uint32_t i = 0; i < strip->mark_count; i++) {
        loop_json_open(json, '{');
        loop_json_member_str(json, "name", strip->marks[i].name);
        loop_json_member_num(json, "time_ms", strip->marks[i].step * report->program->step_ms);
        loop_json_close(json, '}');
    }
    loop_json_close(json, ']');
}

static void put_trace(const LoopReport *report, const LoopCourse *course, LoopSink *out)
{
    LoopJson json = {&out->text, false};
    const LoopStrip *strip = &report->program->strips[course->strip];
    uint32_t steps = course->agents ? course->steps : 0;
    begin(&json, "trace");
    loop_json_member_str(&json, "signal", strip->signal);
    loop_json_member_str(&json, "element", strip->element);
    loop_json_member_str(&json, "group", report->program->groups[course->group]);
    loop_json_member_str(&json, "phase", strip->phase);
    loop_json_member_str(&json, "trial", loop_strip_trial(report->program, strip));
    member_select(&json, &strip->select);
    loop_json_member_int(&json, "agents", course->agents);
    loop_json_member_num(&json, "step_ms", report->program->step_ms);
    put_marks(&json, report, strip);
    loop_json_key(&json, "mean");
    loop_json_nums(&json, course->mean, steps);
    loop_json_key(&json, "sem");
    loop_json_nums(&json, course->sem, steps);
    end(&json, out);
}

static void put_wanted(LoopJson *json, const LoopClaim *claim, const LoopOutcome *outcome)
{
    loop_json_member_str(json, "relation", loop_str(loop_relation_text(claim->relation)));
    loop_json_key(json, "bound");
    loop_json_nums(json, outcome->bound, outcome->width);
    if (outcome->difference) {
        loop_json_key(json, "difference");
        loop_json_nums(json, outcome->difference, outcome->width);
        loop_json_key(json, "difference_sem");
        loop_json_nums(json, outcome->difference_sem, outcome->width);
    }
    if (outcome->tolerance) {
        loop_json_key(json, "tolerance");
        loop_json_nums(json, outcome->tolerance, outcome->width);
    }
    if (claim->percent > 0) {
        loop_json_member_num(json, "percent", claim->percent);
        loop_json_member_num(json, "share", outcome->share);
    }
    loop_json_key(json, "holds");
    loop_json_bool(json, outcome->holds);
}

/* Of a value with several elements: those of the element that has the fewest, and of each. */
static void put_samples(LoopJson *json, const LoopOutcome *outcome)
{
    uint32_t least = 0;
    for (uint32_t e = 1; e < outcome->width; e++)
        if (outcome->sample[e].agents < outcome->sample[least].agents ||
            (outcome->sample[e].agents == outcome->sample[least].agents && outcome->sample[e].trials < outcome->sample[least].trials))
            least = e;
    loop_json_member_int(json, "agents", outcome->sample[least].agents);
    if (outcome->sample[least].infinite)
        loop_json_member_int(json, "infinite", outcome->sample[least].infinite);
    loop_json_member_int(json, "trials", outcome->sample[least].trials);
    for (int i = 0; outcome->width > 1 && i < 2; i++) {
        loop_json_key(json, i ? "element_trials" : "element_agents");
        loop_json_open(json, '[');
        for (uint32_t e = 0; e < outcome->width; e++)
            loop_json_int(json, i ? outcome->sample[e].trials : outcome->sample[e].agents);
        loop_json_close(json, ']');
    }
}

static void put_claim(const LoopReport *report, uint32_t i, LoopSink *out)
{
    LoopJson json = {&out->text, false};
    const LoopClaim *claim = &report->program->claims[i];
    const LoopOutcome *outcome = &report->results->outcomes[i];
    begin(&json, claim->is_expectation ? "expectation" : "measure");
    loop_json_member_str(&json, "name", claim->name);
    loop_json_member_str(&json, "text", claim->text);
    loop_json_member_str(&json, "unit", loop_str(claim->unit == LOOP_UNIT_DURATION ? "ms" : "1"));
    if (claim->labels) {
        loop_json_key(&json, "elements");
        loop_json_open(&json, '[');
        for (uint32_t e = 0; e < outcome->width; e++)
            loop_json_str(&json, claim->labels[e]);
        loop_json_close(&json, ']');
    }
    loop_json_key(&json, "mean");
    loop_json_nums(&json, outcome->mean, outcome->width);
    loop_json_key(&json, "sem");
    loop_json_nums(&json, outcome->sem, outcome->width);
    put_samples(&json, outcome);
    if (claim->is_expectation)
        put_wanted(&json, claim, outcome);
    end(&json, out);
}

static void put_result(const LoopReport *report, LoopSink *out)
{
    LoopJson json = {&out->text, false};
    begin(&json, "result");
    loop_json_member_int(&json, "expectations", loop_expectation_count(report->program));
    loop_json_member_int(&json, "failed", report->results->failed);
    loop_json_key(&json, "holds");
    loop_json_bool(&json, report->results->failed == 0);
    end(&json, out);
}

void loop_report_json(const LoopReport *report, LoopSink *out)
{
    if (!report->quiet) {
        put_run(report, out);
        for (uint32_t i = 0; i < report->results->course_count; i++)
            put_trace(report, &report->results->courses[i], out);
    }
    for (uint32_t i = 0; i < report->program->claim_count; i++)
        if (loop_claim_shown(report, i))
            put_claim(report, i, out);
    if (!report->quiet)
        put_result(report, out);
}
