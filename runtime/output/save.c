/* Results with what it takes to get them again. */
#define _POSIX_C_SOURCE 200809L
#include "runtime/output/save.h"

#include "runtime/output/csv.h"
#include "runtime/output/files.h"
#include "runtime/output/json.h"
#include "runtime/output/report.h"
#include "runtime/output/sha256.h"

#include <time.h>

typedef struct Saved {
    const LoopReport *report;
    const LoopProvenance *from;
} Saved;

static void write_traces(const void *context, LoopSink *out)
{
    const Saved *saved = context;
    loop_csv_traces(saved->report, out);
}

static void write_measures(const void *context, LoopSink *out)
{
    const Saved *saved = context;
    loop_csv_measures(saved->report, out);
}

static void write_agents(const void *context, LoopSink *out)
{
    const Saved *saved = context;
    loop_csv_agents(saved->report, out);
}

/* ---- run.json ---- */

static void put_file(LoopJson *json, LoopStr name, LoopStr text)
{
    char hash[LOOP_SHA256_HEX + 1];
    loop_sha256(text, hash);
    loop_json_open(json, '{');
    loop_json_member_str(json, "file", name);
    loop_json_member_str(json, "sha256", loop_str(hash));
    loop_json_close(json, '}');
}

static void put_source(LoopJson *json, const LoopProvenance *from)
{
    loop_json_key(json, "source");
    put_file(json, from->source_name, from->source);
    loop_json_key(json, "used");
    loop_json_open(json, '[');
    for (uint32_t i = 0; i < from->used_count; i++)
        put_file(json, from->used[i].name, from->used[i].text);
    loop_json_close(json, ']');
    loop_json_key(json, "arguments");
    loop_json_open(json, '[');
    for (int i = 0; i < from->argument_count; i++)
        loop_json_str(json, loop_str(from->arguments[i]));
    loop_json_close(json, ']');
}

static void put_settings(LoopJson *json, const LoopReport *report)
{
    const LoopProgram *program = report->program;
    loop_json_member_int(json, "seed", report->results->seed);
    loop_json_member_int(json, "agents", report->results->agents);
    if (report->results->single)
        loop_json_member_str(json, "precision", LOOP_STR("single"));
    loop_json_key(json, "groups");
    loop_json_open(json, '[');
    for (uint32_t i = 0; i < program->group_count; i++)
        loop_json_str(json, program->groups[i]);
    loop_json_close(json, ']');
    loop_json_key(json, "step_ms");
    loop_json_num(json, program->step_ms);
    loop_json_parameters(json, program);
}

static void put_results(LoopJson *json, const LoopReport *report)
{
    uint32_t expectations = loop_expectation_count(report->program);
    loop_json_key(json, "results");
    loop_json_open(json, '{');
    loop_json_member_int(json, "steps", report->results->steps);
    loop_json_member_int(json, "held", expectations - report->results->failed);
    loop_json_member_int(json, "failed", report->results->failed);
    loop_json_close(json, '}');
}

/* The only date in any output: everything else is the same bytes whenever it is made. */
static void put_host(LoopJson *json)
{
    char when[32] = "";
    struct tm utc;
    time_t now = time(NULL);
    if (gmtime_r(&now, &utc))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    loop_json_key(json, "host");
    loop_json_open(json, '{');
    loop_json_member_str(json, "compiler", LOOP_STR(__VERSION__));
    loop_json_close(json, '}');
    loop_json_member_str(json, "finished", loop_str(when));
}

static void write_run(const void *context, LoopSink *out)
{
    const Saved *saved = context;
    LoopJson json = {&out->text, false};
    loop_json_open(&json, '{');
    loop_json_member_int(&json, "schema", 1);
    loop_json_member_str(&json, "version", LOOP_STR(LOOP_VERSION));
    loop_json_member_str(&json, "model", saved->report->program->model);
    put_source(&json, saved->from);
    put_settings(&json, saved->report);
    put_results(&json, saved->report);
    put_host(&json);
    loop_json_close(&json, '}');
    loop_text_add(json.out, "\n");
}

static const struct {
    LoopFileJob job;
    bool each_agent; /* only where each agent is asked for */
} rows[] = {{{"traces.csv", write_traces}, false},
            {{"measures.csv", write_measures}, false},
            {{"run.json", write_run}, false},
            {{"agents.csv", write_agents}, true}};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void list_jobs(bool each_agent, LoopFileJob jobs[ROWS])
{
    for (size_t i = 0; i < ROWS; i++) {
        jobs[i] = rows[i].job;
        if (rows[i].each_agent && !each_agent)
            jobs[i].write = NULL;
    }
}

int loop_save_look(const char *directory, bool each_agent, LoopText *path)
{
    LoopFileJob jobs[ROWS];
    list_jobs(each_agent, jobs);
    return loop_files_look(directory, jobs, ROWS, path);
}

int loop_save(const LoopReport *report, const LoopProvenance *from, const char *directory, const LoopFlag *stop, LoopText *path)
{
    LoopFileJob jobs[ROWS];
    Saved saved = {report, from};
    list_jobs(report->each_agent, jobs);
    return loop_files_write(directory, jobs, ROWS, &saved, stop, path);
}
