/* The part of the report that tells of measures and expectations. */
#include "runtime/output/report.h"

#include "runtime/contract/num.h"
#include "runtime/output/show.h"
#include "runtime/output/spark.h"
#include "runtime/output/table.h"

#include <math.h>
#include <string.h>

enum { LABEL_WIDTH = 60 };

#define PLUS_MINUS "\u00b1"

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
    if (!isnan(mean))
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
    else if (isnan(out->bound[e]))
        loop_text_add(cell, "no value");
    else
        loop_show_number(cell, out->margin ? out->plain[e] : out->bound[e]);
    if (!isnan(out->bound[e]))
        put_unit(claim, cell);
    if (out->margin && !isnan(out->bound[e])) {
        loop_text_add(cell, " by ");
        loop_show_number(cell, out->margin[e]);
        put_unit(claim, cell);
    }
    if (out->tolerance && !isnan(out->bound[e])) {
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

/* Fewer agents or trials than there could have been, or agents of several groups, which the claim does not name. */
static void put_note(const LoopReport *report, const LoopClaim *claim, const LoopOutcome *out, uint32_t e, LoopText *cell)
{
    const LoopSample *sample = &out->sample[e];
    uint64_t agents = loop_claim_agents(report, claim), trials = loop_claim_trials(report, claim, e);
    const LoopMeasure *measure = loop_claim_measure(report->program, claim, e);
    if (sample->agents && sample->agents < agents)
        loop_text_add(cell, "%u of %llu agents", sample->agents, (unsigned long long)agents);
    if (sample->trials && measure && !measure->first_true && sample->trials != trials) {
        loop_text_add(cell, cell->len ? ", " : "");
        loop_show_count(cell, sample->trials);
        loop_text_add(cell, sample->trials == 1 ? " trial" : " trials");
    }
    if (sample->infinite && out->mean[e] > 0 && measure && measure->first_true) /* a difference may be -inf */
        loop_text_add(cell, "%sreached by %u of %u agents", cell->len ? ", " : "", sample->agents - sample->infinite, sample->agents);
    if (sample->agents > report->results->agents)
        loop_text_add(cell, "%sgroups together", cell->len ? ", " : "");
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
        put_note(report, claim, out, e, &table->cell);
    loop_table_end_row(table);
}

static void put_verdict(const LoopReport *report, uint32_t i, LoopText *cell)
{
    bool holds = report->results->outcomes[i].holds;
    if (report->program->claims[i].is_expectation)
        loop_text_add(cell, holds ? "holds  " : "FAILS  ");
}

enum { CURVE_LEAST = 5, ROWS_MOST = 20 }; /* elements of which a curve is drawn, and of which each still has a row in a measure */

/* The elements of a value as a curve, from the smallest of all curves to the largest: what changes matters, not where 0 is. Element
   `first` and each `apart` behind it. */
static void curve_row(const LoopOutcome *out, LoopRange range, uint32_t first, uint32_t apart, LoopTable *table)
{
    const uint32_t count = out->width / apart;
    double *above = LOOP_NEW_ARRAY(table->arena, count, double);
    for (uint32_t e = 0; above && e < count; e++)
        above[e] = out->mean[first + e * apart] - range.lo;
    if (above)
        loop_spark(&table->cell, above, count, loop_scale((LoopRange){0, range.hi - range.lo}));
    else
        table->cell.failed = true;
    loop_text_add(&table->cell, "  ");
    loop_show_range(&table->cell, range.lo, range.hi);
    loop_table_end_row(table);
}

/* "left" of "block 1 left". */
static LoopStr curve_name(const LoopClaim *claim, uint32_t curve)
{
    LoopStr name = claim->labels[curve];
    size_t block = sizeof "block 1 " - 1;
    return (LoopStr){name.at + block, name.len - block};
}

static bool has_rows(const LoopClaim *claim, const LoopOutcome *out)
{
    return out->width > 1 && (out->width <= ROWS_MOST || claim->is_expectation);
}

/* How many curves are drawn. Several that are short, or more than there is room for, are drawn as one, if they have no rows either. */
static uint32_t curves_of(const LoopClaim *claim, const LoopOutcome *out)
{
    if (claim->curves <= 1)
        return out->width >= CURVE_LEAST ? 1 : 0;
    if (claim->curves <= ROWS_MOST && out->width / claim->curves >= CURVE_LEAST)
        return claim->curves;
    return has_rows(claim, out) ? 0 : 1;
}

static void curve_rows(const LoopClaim *claim, const LoopOutcome *out, const char *indent, LoopTable *table)
{
    const uint32_t curves = curves_of(claim, out);
    const LoopRange range = loop_range(out->mean, out->width);
    size_t widest = 0;
    bool any = false;
    for (uint32_t e = 0; e < out->width; e++)
        any = any || isfinite(out->mean[e]);
    for (uint32_t c = 0; curves > 1 && c < curves; c++) {
        size_t width = loop_show_width(curve_name(claim, c));
        widest = width > widest ? width : widest;
    }
    for (uint32_t c = 0; any && c < curves; c++) {
        loop_text_add(&table->cell, "%s  ", indent);
        if (curves > 1) {
            loop_show_str(&table->cell, curve_name(claim, c));
            loop_text_add(&table->cell, "%*s", (int)(widest - loop_show_width(curve_name(claim, c))) + 2, "");
        }
        curve_row(out, range, c, curves, table);
    }
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
    curve_rows(claim, out, indent, table);
    const uint32_t rows = has_rows(claim, out) ? out->width : 0;
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

void loop_report_claims(const LoopReport *report, bool expectations, LoopArena *arena, LoopText *out)
{
    static const char *const titles[] = {
        "\nmeasures: mean over agents " PLUS_MINUS " standard error\n",
        "\nexpectations: mean over agents " PLUS_MINUS " standard error, what was wanted\n"};
    static const LoopAlign align[] = {LOOP_ALIGN_LEFT, LOOP_ALIGN_POINT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT};
    LoopTable table = {.arena = arena, .cell = {.arena = arena}, .align = align, .columns = sizeof align / sizeof align[0],
                       .wide = LABEL_WIDTH};
    for (uint32_t i = 0; i < report->program->claim_count; i++)
        if (report->program->claims[i].is_expectation == expectations && loop_claim_shown(report, i))
            claim_rows(report, i, &table);
    if (!table.cells.count)
        return;
    if (!report->quiet)
        loop_text_add(out, "%s", titles[expectations]);
    loop_table_print(&table, 2, out);
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
