/* A run as a section of a Markdown page: what the model shows, where that is from, and what came out. */
#include "runtime/output/report.h"
#include "runtime/output/show.h"

#include <string.h>

static void put_cell(LoopText *out, const LoopText *cell)
{
    LoopStr text = loop_text_view(cell);
    loop_text_put(out, " ", 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '|' || text.at[i] == '*' || text.at[i] == '_' || text.at[i] == '<')
            loop_text_put(out, "\\", 1);
        loop_text_put(out, text.at + i, 1);
    }
    loop_text_put(out, " |", 2);
    out->failed = out->failed || cell->failed;
}

static void put_row(const LoopReport *report, uint32_t claim, uint32_t e, LoopText *out)
{
    const LoopOutcome *outcome = &report->results->outcomes[claim];
    LoopText label = {0}, got = {0}, wanted = {0};
    loop_report_claim_cells(report, claim, e, &label, &got, &wanted);
    const LoopStr *labels = report->program->claims[claim].labels;
    if (outcome->width > 1 && labels)
        loop_text_add(&label, ", %.*s", LOOP_STR_ARGS(labels[e]));
    else if (outcome->width > 1)
        loop_text_add(&label, " [%u]", e);
    loop_text_put(out, "|", 1);
    put_cell(out, &label);
    put_cell(out, &wanted);
    put_cell(out, &got);
    loop_text_add(out, " %s |\n", outcome->holds ? "yes" : "NO");
    loop_text_free(&label);
    loop_text_free(&got);
    loop_text_free(&wanted);
}

/* A DOI is a link. */
static void put_source(LoopText *out, LoopStr source)
{
    bool doi = source.len > 4 && source.at[0] == 'd' && source.at[1] == 'o' && source.at[2] == 'i' && source.at[3] == ':';
    loop_text_add(out, doi ? "[" : "");
    loop_show_str(out, source);
    if (doi) {
        loop_text_add(out, "](https://doi.org/");
        loop_show_str(out, (LoopStr){source.at + 4, source.len - 4});
        loop_text_add(out, ")");
    }
}

static void put_lines(LoopText *out, LoopStr text)
{
    while (text.len) {
        const char *end = memchr(text.at, '\n', text.len);
        size_t line = end ? (size_t)(end - text.at) : text.len;
        loop_show_str(out, (LoopStr){text.at, line});
        loop_text_add(out, end ? "\n" : "");
        line += end ? 1 : 0;
        text = (LoopStr){text.at + line, text.len - line};
    }
}

void loop_report_markdown(const LoopReport *report, const char *file, const LoopStr *sources, size_t source_count, LoopText *out)
{
    const LoopProgram *program = report->program;
    loop_text_add(out, "\n## ");
    loop_show_str(out, program->model.len ? program->model : loop_str(file));
    loop_text_add(out, "\n\n");
    put_lines(out, program->doc);
    loop_text_add(out, program->doc.len ? "\n\n[" : "[");
    loop_show_str(out, loop_str(file));
    loop_text_add(out, "](");
    loop_show_str(out, loop_str(file));
    loop_text_add(out, ")");
    for (size_t i = 0; i < source_count; i++) {
        loop_text_add(out, i ? ", " : ". Source: ");
        put_source(out, sources[i]);
    }
    loop_text_add(out, "\n\n| what is expected | | got | holds |\n|---|---|---|---|\n");
    for (uint32_t i = 0; i < program->claim_count; i++)
        for (uint32_t e = 0; program->claims[i].is_expectation && e < report->results->outcomes[i].width; e++)
            put_row(report, i, e, out);
}
