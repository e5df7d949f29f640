/* The report for people: what a reader of the paper looks for first stands first. */
#include "runtime/output/report.h"

#include "runtime/output/show.h"
#include "runtime/output/spark.h"
#include "runtime/output/table.h"

#include <math.h>
#include <string.h>

enum { TEXT_WIDTH = 78 };

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

/* What `-p` gave: "with rate = 0.2, size = 3". */
static void print_given(const LoopProgram *program, LoopText *out)
{
    LoopText given = {0};
    for (uint32_t i = 0; i < program->given_count; i++) {
        loop_text_add(&given, i ? ", " : "with ");
        loop_show_str(&given, program->given[i].name);
        loop_text_add(&given, " = ");
        loop_show_str(&given, program->given[i].text);
    }
    if (given.len)
        loop_show_wrapped(out, loop_text_view(&given), 0, TEXT_WIDTH);
    out->failed = out->failed || given.failed;
    loop_text_free(&given);
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
    print_given(program, out);
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

/* A course is drawn if it is plotted, and its group can have such trials. */
static bool is_drawn(const LoopReport *report, const LoopCourse *course)
{
    const LoopStrip *strip = &report->program->strips[course->strip];
    return strip->plotted && (course->agents || loop_select_possible(report->program, &strip->select, course->group));
}

/* What is known while traces are drawn: the scale of the signal that is on, and the kinds of trial whose events have been told. */
typedef struct Drawing {
    const LoopStrip *strip;
    LoopScale scale;
    bool *told; /* [trials] */
} Drawing;

static void put_marks(const LoopReport *report, const LoopCourse *course, Drawing *drawing, LoopText *cell)
{
    const LoopStrip *strip = &report->program->strips[course->strip];
    uint32_t count = drawing->told[strip->select.trial] ? 0 : strip->mark_count;
    drawing->told[strip->select.trial] = true;
    for (uint32_t i = 0; i < count; i++) {
        loop_text_add(cell, i ? ", " : "");
        loop_show_str(cell, strip->marks[i].name);
        loop_text_add(cell, " ");
        loop_show_duration(cell, strip->marks[i].step * report->program->step_ms);
    }
    if (course->agents < report->results->agents)
        loop_text_add(cell, "%s%u of %u agents", cell->len ? "; " : "", course->agents, report->results->agents);
}

static void trace_row(const LoopReport *report, const LoopCourse *course, Drawing *drawing, LoopTable *table)
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
        if (!drawing->strip || !same_signal(drawing->strip, strip))
            drawing->scale = shared_scale(report, strip);
        drawing->strip = strip;
        loop_spark(&table->cell, course->mean, course->steps, drawing->scale);
        loop_table_next(table);
        loop_show_range(&table->cell, range.lo, range.hi);
    } else {
        loop_text_add(&table->cell, "no trials");
        loop_table_next(table);
    }
    loop_table_next(table);
    put_marks(report, course, drawing, &table->cell);
    loop_table_end_row(table);
}

static void print_traces(const LoopReport *report, LoopArena *arena, LoopText *out)
{
    static const LoopAlign align[] = {LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT, LOOP_ALIGN_LEFT};
    LoopTable table = {.arena = arena, .cell = {.arena = arena}, .align = align, .columns = sizeof align / sizeof align[0]};
    Drawing drawing = {.told = LOOP_NEW_ARRAY(arena, report->program->task.trial_count, bool)};
    bool any = false;
    for (uint32_t i = 0; drawing.told && i < report->results->course_count; i++) {
        const LoopCourse *course = &report->results->courses[i];
        if (!is_drawn(report, course))
            continue;
        loop_text_add(out, any ? "" : "\n");
        any = true;
        trace_row(report, course, &drawing, &table);
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

/* Verdicts in colour: done last, so that the widths of the table count no escapes. A measure may be called 'holds', so that it is `on`
   only behind the head of the expectations. */
static void paint(const LoopText *plain, bool on, LoopText *out)
{
    static const char head[] = "expectations:";
    static const struct {
        const char *begin, *painted; /* of a line */
    } verdicts[] = {{"  holds  ", "  \033[32mholds\033[0m  "}, {"  FAILS  ", "  \033[1;31mFAILS\033[0m  "}};
    for (size_t i = 0; i < plain->len;) {
        on = on || strncmp(plain->at + i, head, sizeof head - 1) == 0;
        for (size_t v = 0; on && v < sizeof verdicts / sizeof verdicts[0]; v++)
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
        loop_report_claims(report, false, arena, out);
    }
    loop_report_claims(report, true, arena, out);
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
        paint(&plain, report->quiet, out);
    if (loop_arena_failed(arena))
        out->failed = true;
    loop_arena_free(arena);
}
