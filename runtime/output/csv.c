/* Traces and measures as CSV. */
#include "runtime/output/csv.h"

#include "runtime/contract/num.h"
#include "runtime/output/show.h"

#include <math.h>
#include <string.h>

/* ---- cells ---- */

static void comma(LoopCsv *csv)
{
    if (csv->started)
        loop_text_put(&csv->out->text, ",", 1);
    csv->started = true;
}

static bool is_any_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool needs_quotes(LoopStr text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_any_of(text.at[i], ",\"\r\n"))
            return true;
    return text.len && (text.at[0] == ' ' || text.at[text.len - 1] == ' ');
}

void loop_csv_str(LoopCsv *csv, LoopStr text)
{
    LoopText *out = &csv->out->text;
    bool quotes = needs_quotes(text);
    comma(csv);
    loop_text_add(out, quotes ? "\"" : "");
    if (text.len && is_any_of(text.at[0], "=+-@\t\r"))
        loop_text_add(out, "'");
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            loop_text_put(out, "\"", 1);
        loop_text_put(out, text.at + i, 1);
    }
    loop_text_add(out, quotes ? "\"" : "");
}

void loop_csv_num(LoopCsv *csv, double x)
{
    char text[32];
    comma(csv);
    loop_text_put(&csv->out->text, text, loop_num_print(text, x));
}

void loop_csv_int(LoopCsv *csv, uint64_t n)
{
    comma(csv);
    loop_text_add(&csv->out->text, "%llu", (unsigned long long)n);
}

void loop_csv_end_row(LoopCsv *csv)
{
    loop_text_add(&csv->out->text, "\n");
    csv->started = false;
    loop_sink_spill(csv->out);
}

/* ---- traces ---- */

/* The texts that all rows of a course begin with. */
static void put_course_cells(const LoopReport *report, const LoopCourse *course, LoopText *signal, LoopText *phase,
                             LoopCsv *csv)
{
    const LoopStrip *strip = &report->program->strips[course->strip];
    loop_csv_str(csv, (LoopStr){signal->at, signal->len});
    loop_csv_str(csv, report->program->groups[course->group]);
    loop_csv_str(csv, (LoopStr){phase->at, phase->len});
    loop_csv_str(csv, loop_strip_trial(report->program, strip));
}

static void put_course(const LoopReport *report, const LoopCourse *course, LoopCsv *csv)
{
    const LoopStrip *strip = &report->program->strips[course->strip];
    LoopText signal = {0}, phase = {0};
    loop_show_signal(&signal, strip);
    loop_text_str(&phase, strip->phase);
    loop_show_select(&phase, &strip->select);
    if (signal.failed || phase.failed)
        csv->out->text.failed = true;
    for (uint32_t t = 0; t < course->steps && course->agents && !csv->out->text.failed; t++) {
        put_course_cells(report, course, &signal, &phase, csv);
        loop_csv_int(csv, t);
        loop_csv_num(csv, t * report->program->step_ms / 1000);
        loop_csv_num(csv, course->mean[t]);
        loop_csv_num(csv, course->sem[t]);
        loop_csv_end_row(csv);
    }
    loop_text_free(&signal);
    loop_text_free(&phase);
}

void loop_csv_traces(const LoopReport *report, LoopSink *out)
{
    LoopCsv csv = {out, false};
    loop_text_add(&out->text, "signal,group,phase,trial,step,time,mean,sem\n");
    for (uint32_t i = 0; i < report->results->course_count; i++)
        put_course(report, &report->results->courses[i], &csv);
}

/* ---- measures ---- */

/* Words, because a cell that begins with = is a formula to a spreadsheet. */
static const char *const relations[] = {"eq", "ne", "lt", "le", "gt", "ge", "near"};
_Static_assert(sizeof relations / sizeof relations[0] == LOOP_REL_NEAR + 1, "one a relation");

static void put_wanted(const LoopClaim *claim, const LoopOutcome *outcome, uint32_t e, LoopCsv *csv)
{
    const LoopStr none = {"", 0};
    bool wanted = claim->is_expectation;
    loop_csv_str(csv, wanted ? loop_str(relations[claim->relation]) : none);
    if (wanted)
        loop_csv_num(csv, outcome->bound[e]);
    else
        loop_csv_str(csv, none);
    if (wanted && outcome->tolerance)
        loop_csv_num(csv, outcome->tolerance[e]);
    else
        loop_csv_str(csv, none);
    loop_csv_str(csv, !wanted ? none : outcome->holds ? LOOP_STR("true") : LOOP_STR("false"));
    for (int i = 0; i < 2; i++) /* of agents: asked for, and for how many it holds */
        if (wanted && claim->percent > 0)
            loop_csv_num(csv, i ? outcome->share : claim->percent);
        else
            loop_csv_str(csv, none);
}

/* Which claim, and which element of its value. */
static void put_claim_cells(const LoopClaim *claim, uint32_t e, LoopCsv *csv)
{
    loop_csv_str(csv, claim->name);
    loop_csv_str(csv, claim->text);
    loop_csv_str(csv, claim->is_expectation ? LOOP_STR("expectation") : LOOP_STR("measure"));
    if (claim->labels)
        loop_csv_str(csv, claim->labels[e]);
    else
        loop_csv_int(csv, e);
}

static void put_claim(const LoopClaim *claim, const LoopOutcome *outcome, LoopCsv *csv)
{
    for (uint32_t e = 0; e < outcome->width; e++) {
        put_claim_cells(claim, e, csv);
        loop_csv_num(csv, outcome->mean[e]);
        loop_csv_num(csv, outcome->sem[e]);
        loop_csv_int(csv, outcome->sample[e].agents);
        loop_csv_int(csv, outcome->sample[e].trials);
        put_wanted(claim, outcome, e, csv);
        loop_csv_end_row(csv);
    }
}

void loop_csv_measures(const LoopReport *report, LoopSink *out)
{
    LoopCsv csv = {out, false};
    loop_text_add(&out->text, "name,text,kind,element,mean,sem,agents,trials,relation,bound,tolerance,holds,percent,share\n");
    for (uint32_t i = 0; i < report->program->claim_count; i++)
        put_claim(&report->program->claims[i], &report->results->outcomes[i], &csv);
}

/* ---- agents ---- */

static void put_agents(const LoopReport *report, const LoopClaim *claim, const LoopOutcome *outcome, LoopCsv *csv)
{
    uint32_t agents = report->results->agents, groups = outcome->group == LOOP_NONE ? report->program->group_count : 1;
    const double *value = outcome->each;
    for (uint32_t e = 0; e < outcome->width; e++)
        for (uint32_t g = 0; g < groups; g++)
            for (uint32_t i = 0; i < agents; i++) {
                put_claim_cells(claim, e, csv);
                loop_csv_str(csv, report->program->groups[outcome->group == LOOP_NONE ? g : outcome->group]);
                loop_csv_int(csv, i);
                loop_csv_num(csv, *value++);
                loop_csv_end_row(csv);
            }
}

void loop_csv_agents(const LoopReport *report, LoopSink *out)
{
    LoopCsv csv = {out, false};
    loop_text_add(&out->text, "name,text,kind,element,group,agent,value\n");
    for (uint32_t i = 0; i < report->program->claim_count; i++)
        put_agents(report, &report->program->claims[i], &report->results->outcomes[i], &csv);
}
