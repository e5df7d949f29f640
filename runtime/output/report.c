/* The report for people: what a reader of the paper looks for first stands first. */
#include "runtime/output/report.h"

#include "runtime/contract/num.h"
#include "runtime/output/show.h"
#include "runtime/output/spark.h"
#include "runtime/output/table.h"

#include <math.h>
#include <string.h>

enum { TEXT_WIDTH = 78, LABEL_WIDTH = 60 };

#define PLUS_MINUS "\u00b1"

/* ---- the head ---- */

/* Whether a sentence ends with the dot at `i`: a capital letter follows, as it does not in 'et al. 2013' and 'Fig. 3'. */
static bool ends_sentence(LoopStr doc, size_t i)
{
    size_t next = i + 1;
    while (next < doc.len && (doc.at[next] == ' ' || doc.at[next] == '\n'))
        next++;
    return next == doc.len || (next > i + 1 && doc.at[next] >= 'A' && doc.at[next] <= 'Z');
}

/* The first sentence of the doc comment, or its first paragraph. */
static LoopStr first_sentence(LoopStr doc)
{
    size_t end = 0;
    while (end < doc.len) {
        bool paragraph = doc.at[end] == '\n' && (end + 1 == doc.len || doc.at[end + 1] == '\n');
        bool sentence = doc.at[end] == '.' && ends_sentence(doc, end);
        if (paragraph)
            break;
        end++;
        if (sentence)
            break;
    }
    return (LoopStr){doc.at, end};
}

static void print_groups(const LoopProgram *program, LoopText *out)
{
    if (program->group_count == 1 && !program->groups[0].len)
        return;
    loop_text_add(out, program->group_count > 1 ? " in each of " : " in ");
    for (uint32_t i = 0; i < program->group_count; i++) {
        loop_text_add(out, i == 0 ? "" : i + 1 == program->group_count ? " and " : ", ");
        loop_show_str(out, program->groups[i]);
    }
}

static void print_head(const LoopReport *report, LoopText *out)
{
    const LoopProgram *program = report->program;
    const LoopResults *results = report->results;
    loop_show_str(out, program->model.len ? program->model : LOOP_STR("model"));
    loop_text_add(out, ": ");
    loop_show_count(out, results->agents);
    loop_text_add(out, results->agents == 1 ? " agent" : " agents");
    print_groups(program, out);
    loop_text_add(out, ", seed %llu, ", (unsigned long long)results->seed);
    loop_show_count(out, results->steps);
    loop_text_add(out, results->steps == 1 ? " step of " : " steps of ");
    loop_show_duration(out, program->step_ms);
    loop_text_add(out, results->single ? ", in single precision\n" : "\n");
    if (program->doc.len)
        loop_show_wrapped(out, first_sentence(program->doc), 0, TEXT_WIDTH);
    for (uint32_t i = 0; i < program->header_count; i++) {
        loop_show_str(out, program->header[i]);
        loop_text_add(out, "\n");
    }
}

/* ---- traces ---- */

static bool same_signal(const LoopStrip *a, const LoopStrip *b)
{
    return loop_str_equal(a->signal, b->signal);
}

/* Traces of one signal share a scale, so that they can be compared by eye. */
static LoopScale shared_scale(const LoopReport *report, const LoopStrip *strip)
{
    LoopRange all = {0, 0};
    for (uint32_t i = 0; i < report->results->course_count; i++) {
        const LoopCourse *course = &report->results->courses[i];
        if (!same_signal(&report->program->strips[course->strip], strip))
            continue;
        LoopRange range = loop_range(course->mean, course->steps);
        all.lo = fmin(all.lo, range.lo);
        all.hi = fmax(all.hi, range.hi);
    }
    return loop_scale(all);
}

static void put_phase(const LoopProgram *program, const LoopStrip *strip, LoopText *cell)
{
    LoopStr trial = loop_strip_trial(program, strip);
    loop_show_str(cell, strip->phase);
    loop_text_add(cell, trial.len ? "." : "");
    loop_show_str(cell, trial);
    loop_show_select(cell, &strip->select);
}

/* Whether no course that is drawn above has the same kind of trial: its events are told once. */
static bool is_first_of_trial(const LoopReport *report, const LoopCourse *course)
{
    const LoopStrip *strips = report->program->strips;
    for (const LoopCourse *c = report->results->courses; c < course; c++)
        if (strips[c->strip].plotted && strips[c->strip].select.trial == strips[course->strip].select.trial)
            return false;
    return true;
}

static void put_marks(const LoopReport *report, const LoopCourse *course, LoopText *cell)
{
    const LoopStrip *strip = &report->program->strips[course->strip];
    for (uint32_t i = 0; is_first_of_trial(report, course) && i < strip->mark_count; i++) {
        loop_text_add(cell, i ? ", " : "");
        loop_show_str(cell, strip->marks[i].name);
        loop_text_add(cell, " ");
        loop_show_duration(cell, strip->marks[i].step * report->program->step_ms);
    }
    if (course->agents < report->results->agents)
        loop_text_add(cell, "%s%u of %u agents", cell->len ? "; " : "", course->agents, report->results->agents);
}

static void trace_row(const LoopReport *report, const LoopCourse *course, LoopTable *table)
{
    const LoopProgram *program = report->program;
    const LoopStrip *strip = &program->strips[course->strip];
    loop_show_signal(&table->cell, strip);
    if (program->groups[course->group].len) {
        loop_text_add(&table->cell, " (");
        loop_show_str(&table->cell, program->groups[course->group]);
        loop_text_add(&table->cell, ")");
    }
    loop_table_next(table);
    put_phase(program, strip, &table->cell);
    loop_table_next(table);
    if (course->agents) {
        LoopRange range = loop_range(course->mean, course->steps);
        loop_spark(&table->cell, course->mean, course->steps, shared_scale(report, strip));
        loop_table_next(table);
        loop_show_range(&table->cell, range.lo, range.hi);
    } else {
        loop_text_add(&table->cell, "no trials");
        loop_table_next(table);
    }
    loop_table_next(table);
    put_marks(report, course, &table->cell);
    loop_table_end_row(table);
}

static void print_traces(const LoopReport *report, LoopArena *arena, LoopText *out)
{
    static const LoopAlign align[] = {LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT};
    LoopTable table = {.arena = arena, .cell = {.arena = arena}, .align = align, .columns = sizeof align / sizeof align[0]};
    bool any = false;
    for (uint32_t i = 0; i < report->results->course_count; i++) {
        const LoopCourse *course = &report->results->courses[i];
        if (!report->program->strips[course->strip].plotted)
            continue;
        loop_text_add(out, any ? "" : "\n");
        any = true;
        trace_row(report, course, &table);
    }
    loop_table_print(&table, 2, out);
}

/* What is recorded is seen in files alone: says how to have them. */
static void print_unsaved(const LoopReport *report, LoopText *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; !report->saved && i < report->results->course_count; i++)
        count += !report->program->strips[report->results->courses[i].strip].plotted;
    if (count)
        loop_text_add(out, "\n%u recorded course%s written to traces.csv with -o DIR\n", count, count == 1 ? " is" : "s are");
}

/* ---- claims ---- */

static void put_unit(const LoopClaim *claim, LoopText *cell)
{
    loop_text_add(cell, "%s", claim->unit == LOOP_UNIT_DURATION ? " ms" : "");
}

static void put_exact(double x, LoopText *cell)
{
    char number[32];
    loop_text_put(cell, number, loop_num_print(number, x));
}

/* Decimals for a mean; where four digits hide on which side of the bound it is, all it has. */
static void put_mean(const LoopClaim *claim, const LoopOutcome *out, uint32_t e, LoopText *cell)
{
    double mean = out->mean[e], bound = out->bound ? out->bound[e] : NAN;
    LoopText shown = {0}, other = {0};
    int decimals = loop_show_decimals(mean);
    loop_show_fixed(&shown, mean, decimals);
    loop_show_fixed(&other, bound, decimals);
    bool hidden = mean != bound && shown.at && other.at && strcmp(shown.at, other.at) == 0 && !out->holds;
    if (isnan(mean))
        loop_text_add(cell, "no value");
    else if (hidden)
        put_exact(mean, cell);
    else
        loop_show_fixed(cell, mean, decimals);
    put_unit(claim, cell);
    cell->failed = cell->failed || shown.failed || other.failed;
    loop_text_free(&shown);
    loop_text_free(&other);
}

static void put_sem(const LoopOutcome *out, uint32_t e, LoopText *cell)
{
    if (out->sample[e].clusters < 2 || !isfinite(out->mean[e]))
        return;
    loop_text_add(cell, PLUS_MINUS " ");
    loop_show_fixed(cell, out->sem[e], loop_show_decimals(out->mean[e]));
}

static void put_bound(const LoopClaim *claim, const LoopOutcome *out, uint32_t e, LoopText *cell)
{
    loop_text_add(cell, "%s ", loop_relation_text(claim->relation));
    if (claim->relation == LOOP_REL_EQ && !out->holds)
        put_exact(out->bound[e], cell);
    else
        loop_show_number(cell, out->bound[e]);
    put_unit(claim, cell);
    if (out->tolerance) {
        loop_text_add(cell, " within ");
        loop_show_number(cell, out->tolerance[e]);
        put_unit(claim, cell);
    }
    if (claim->percent > 0) {
        loop_text_add(cell, " for ");
        loop_show_number(cell, claim->percent);
        loop_text_add(cell, "%% of agents");
    }
}

/* Of an order that is claimed, and of what fails: the difference, of the agents that have both. */
static void put_difference(const LoopClaim *claim, const LoopOutcome *out, uint32_t e, LoopText *cell)
{
    bool is_order = claim->relation != LOOP_REL_NEAR && claim->relation != LOOP_REL_EQ && claim->relation != LOOP_REL_NE;
    if (!out->difference || out->difference_sample[e].clusters < 2 || !isfinite(out->difference[e]) || (!is_order && out->holds))
        return;
    int decimals = loop_show_decimals(out->difference[e]);
    loop_text_add(cell, ", difference ");
    loop_show_fixed(cell, out->difference[e], decimals);
    loop_text_add(cell, " " PLUS_MINUS " ");
    loop_show_fixed(cell, out->difference_sem[e], decimals);
    put_unit(claim, cell);
    if (out->difference_sample[e].agents < out->sample[e].agents)
        loop_text_add(cell, " of %u agents", out->difference_sample[e].agents);
}

static void put_wanted(const LoopClaim *claim, const LoopOutcome *out, uint32_t e, LoopText *cell)
{
    put_bound(claim, out, e, cell);
    if (claim->percent > 0) {
        loop_text_add(cell, "; for ");
        loop_show_number(cell, out->share);
        loop_text_add(cell, "%%");
    }
    put_difference(claim, out, e, cell);
}

/* The claim as written, blanks made single, without the end that the column of what was wanted repeats. */
static void put_claim_text(const LoopClaim *claim, const LoopOutcome *out, LoopText *cell)
{
    LoopText text = {0}, bound = {0};
    for (size_t i = 0; i < claim->text.len; i++) {
        bool blank = claim->text.at[i] == ' ' || claim->text.at[i] == '\n' || claim->text.at[i] == '\t' || claim->text.at[i] == '\r';
        if (!blank)
            loop_text_put(&text, claim->text.at + i, 1);
        else if (text.len && text.at[text.len - 1] != ' ')
            loop_text_put(&text, " ", 1);
    }
    if (claim->is_expectation && out->width == 1) {
        loop_text_add(&bound, " ");
        put_bound(claim, out, 0, &bound);
    }
    if (bound.len && text.len > bound.len && memcmp(text.at + text.len - bound.len, bound.at, bound.len) == 0)
        text.len -= bound.len;
    loop_show_str(cell, (LoopStr){text.at, text.len});
    cell->failed = cell->failed || text.failed || bound.failed;
    loop_text_free(&text);
    loop_text_free(&bound);
}

static void put_label(const LoopClaim *claim, const LoopOutcome *out, LoopText *cell)
{
    if (claim->name.len)
        loop_show_str(cell, claim->name);
    else
        put_claim_text(claim, out, cell);
}

/* Fewer agents or trials than there could have been. */
static void put_note(const LoopReport *report, const LoopClaim *claim, const LoopSample *sample, uint32_t e, LoopText *cell)
{
    uint64_t agents = loop_claim_agents(report, claim), trials = loop_claim_trials(report, claim, e);
    const LoopMeasure *measure = loop_claim_measure(report->program, claim, e);
    if (sample->agents && sample->agents < agents)
        loop_text_add(cell, "%u of %llu agents", sample->agents, (unsigned long long)agents);
    if (sample->trials && measure && !measure->first_true && sample->trials != trials) {
        loop_text_add(cell, cell->len ? ", " : "");
        loop_show_count(cell, sample->trials);
        loop_text_add(cell, sample->trials == 1 ? " trial" : " trials");
    }
    if (sample->infinite && measure && measure->first_true)
        loop_text_add(cell, "%sreached by %u of %u agents", cell->len ? ", " : "", sample->agents - sample->infinite, sample->agents);
}

static bool same_sample(const LoopSample *a, const LoopSample *b)
{
    return a->agents == b->agents && a->infinite == b->infinite && a->trials == b->trials;
}

static void value_cells(const LoopReport *report, uint32_t i, uint32_t e, LoopTable *table)
{
    const LoopClaim *claim = &report->program->claims[i];
    const LoopOutcome *out = &report->results->outcomes[i];
    put_mean(claim, out, e, &table->cell);
    loop_table_next(table);
    put_sem(out, e, &table->cell);
    loop_table_next(table);
    if (claim->is_expectation)
        put_wanted(claim, out, e, &table->cell);
    loop_table_next(table);
    if (e == 0 || !same_sample(&out->sample[e], &out->sample[e - 1])) /* else as above */
        put_note(report, claim, &out->sample[e], e, &table->cell);
    loop_table_end_row(table);
}

static void put_verdict(const LoopReport *report, uint32_t i, LoopText *cell)
{
    bool holds = report->results->outcomes[i].holds;
    if (report->program->claims[i].is_expectation)
        loop_text_add(cell, holds ? "holds  " : "FAILS  ");
}

enum { CURVE_LEAST = 5, ROWS_MOST = 20 }; /* elements of which a curve is drawn, and of which each still has a row in a measure */

/* The elements of a value as a curve, from the smallest to the largest: what changes matters, not where 0 is. */
static void curve_row(const LoopOutcome *out, const char *indent, LoopTable *table)
{
    LoopRange range = loop_range(out->mean, out->width);
    double *above = LOOP_NEW_ARRAY(table->arena, out->width, double);
    bool any = false;
    for (uint32_t e = 0; e < out->width; e++)
        any = any || isfinite(out->mean[e]);
    if (!any)
        return;
    for (uint32_t e = 0; above && e < out->width; e++)
        above[e] = out->mean[e] - range.lo;
    loop_text_add(&table->cell, "%s  ", indent);
    if (above)
        loop_spark(&table->cell, above, out->width, loop_scale((LoopRange){0, range.hi - range.lo}));
    else
        table->cell.failed = true;
    loop_text_add(&table->cell, "  ");
    loop_show_range(&table->cell, range.lo, range.hi);
    loop_table_end_row(table);
}

static void claim_rows(const LoopReport *report, uint32_t i, LoopTable *table)
{
    const LoopClaim *claim = &report->program->claims[i];
    const LoopOutcome *out = &report->results->outcomes[i];
    const char *indent = claim->is_expectation ? "       " : "";
    put_verdict(report, i, &table->cell);
    put_label(claim, out, &table->cell);
    loop_table_next(table);
    if (out->width == 1)
        value_cells(report, i, 0, table);
    else
        loop_table_end_row(table);
    if (claim->name.len && claim->text.len) {
        loop_text_add(&table->cell, "%s  ", indent);
        put_claim_text(claim, out, &table->cell);
        loop_table_end_row(table);
    }
    if (out->width >= CURVE_LEAST)
        curve_row(out, indent, table);
    uint32_t rows = out->width == 1 || (out->width > ROWS_MOST && !claim->is_expectation) ? 0 : out->width;
    for (uint32_t e = 0; e < rows; e++) {
        loop_text_add(&table->cell, "%s  ", indent);
        if (claim->labels)
            loop_show_str(&table->cell, claim->labels[e]);
        else
            loop_text_add(&table->cell, "[%u]", e);
        loop_table_next(table);
        value_cells(report, i, e, table);
    }
}

typedef enum ClaimKind { MEASURES, EXPECTATIONS } ClaimKind;

/* The claims of one kind, under their title. */
static void print_claims(const LoopReport *report, ClaimKind kind, LoopArena *arena, LoopText *out)
{
    static const char *const titles[] = {
        [MEASURES] = "\nmeasures: mean over agents " PLUS_MINUS " standard error\n",
        [EXPECTATIONS] = "\nexpectations: mean over agents " PLUS_MINUS " standard error, what was wanted\n"};
    static const LoopAlign align[] = {LOOP_ALIGN_LEFT, LOOP_ALIGN_POINT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT};
    LoopTable table = {.arena = arena, .cell = {.arena = arena}, .align = align, .columns = sizeof align / sizeof align[0],
                       .wide = LABEL_WIDTH};
    for (uint32_t i = 0; i < report->program->claim_count; i++)
        if (report->program->claims[i].is_expectation == (kind == EXPECTATIONS) && loop_claim_shown(report, i))
            claim_rows(report, i, &table);
    if (!table.cells.count)
        return;
    if (!report->quiet)
        loop_text_add(out, "%s", titles[kind]);
    loop_table_print(&table, 2, out);
}

static void print_result(const LoopReport *report, LoopText *out)
{
    uint32_t all = loop_expectation_count(report->program), failed = report->results->failed;
    if (!all)
        loop_text_add(out, "\nno expectations\n");
    else if (!failed)
        loop_text_add(out, "\n%u expectation%s\n", all, all == 1 ? " holds" : "s hold");
    else
        loop_text_add(out, "\n%u of %u expectation%s %s\n", failed, all, all == 1 ? "" : "s", failed == 1 ? "fails" : "fail");
}

/* Verdicts in colour: done last, so that the widths of the table count no escapes. */
static void paint(const LoopText *plain, LoopText *out)
{
    static const struct {
        const char *begin, *painted; /* of a line */
    } verdicts[] = {{"  holds  ", "  \033[32mholds\033[0m  "}, {"  FAILS  ", "  \033[1;31mFAILS\033[0m  "}};
    for (size_t i = 0; i < plain->len;) {
        for (size_t v = 0; v < sizeof verdicts / sizeof verdicts[0]; v++)
            if (strncmp(plain->at + i, verdicts[v].begin, strlen(verdicts[v].begin)) == 0) {
                loop_text_add(out, "%s", verdicts[v].painted);
                i += strlen(verdicts[v].begin);
                break;
            }
        const char *newline = memchr(plain->at + i, '\n', plain->len - i);
        size_t line = newline ? (size_t)(newline - (plain->at + i)) + 1 : plain->len - i;
        loop_text_put(out, plain->at + i, line);
        i += line;
    }
}

static void print_report(const LoopReport *report, LoopArena *arena, LoopText *out)
{
    if (!report->quiet) {
        print_head(report, out);
        print_traces(report, arena, out);
        print_unsaved(report, out);
        print_claims(report, MEASURES, arena, out);
    }
    print_claims(report, EXPECTATIONS, arena, out);
    if (!report->quiet)
        print_result(report, out);
}

void loop_report_text(const LoopReport *report, LoopText *out)
{
    LoopArena *arena = loop_arena_new();
    LoopText plain = {.arena = arena};
    if (arena)
        print_report(report, arena, report->colour ? &plain : out);
    if (report->colour)
        paint(&plain, out);
    if (loop_arena_failed(arena))
        out->failed = true;
    loop_arena_free(arena);
}

void loop_report_claim_cells(const LoopReport *report, uint32_t claim, uint32_t e, LoopText *label, LoopText *got, LoopText *wanted)
{
    const LoopClaim *c = &report->program->claims[claim];
    const LoopOutcome *outcome = &report->results->outcomes[claim];
    put_label(c, outcome, label);
    put_mean(c, outcome, e, got);
    if (outcome->sample[e].clusters > 1 && outcome->sem[e] > 0) {
        loop_text_add(got, " ");
        put_sem(outcome, e, got);
    }
    put_wanted(c, outcome, e, wanted);
}

void loop_report_claim_line(const LoopReport *report, uint32_t claim, LoopText *out)
{
    const LoopClaim *c = &report->program->claims[claim];
    const LoopOutcome *outcome = &report->results->outcomes[claim];
    put_label(c, outcome, out);
    for (uint32_t e = 0; e < outcome->width; e++) {
        loop_text_add(out, e ? "; " : ": ");
        put_mean(c, outcome, e, out);
        if (outcome->sample[e].clusters > 1 && isfinite(outcome->mean[e]))
            loop_text_add(out, " ");
        put_sem(outcome, e, out);
        loop_text_add(out, ", wanted ");
        put_wanted(c, outcome, e, out);
    }
}
