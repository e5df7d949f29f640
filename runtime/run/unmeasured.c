/* Why something has no value. */
#include "runtime/run/unmeasured.h"

#include <string.h>

static const char *reason(const LoopMeasure *measure)
{
    const bool event = measure->from.kind == LOOP_ANCHOR_ONSET || (measure->window && measure->to.kind == LOOP_ANCHOR_ONSET);
    if (measure->window && measure->reducer == LOOP_REDUCE_LATENCY)
        return event ? "In no such trial that was run did the events of its window begin, and was it above 0 within."
                     : "In no such trial that was run was it above 0 within the window.";
    if (event)
        return "In no such trial that was run did its event begin, with the moment inside of the trial.";
    return "No such trial was run, or each was over before the moment.";
}

static void report(const LoopProgram *program, const LoopClaim *claim, const LoopOutcome *out, LoopDiags *diags)
{
    const LoopMeasure *measure = &program->measures[out->lacking];
    const LoopStr text = out->untaken ? measure->text : claim->text;
    LoopDiag *diag = loop_diag(diags, LOOP_W0038, out->untaken ? measure->span : claim->span, "'%.*s' has no value in any agent", LOOP_STR_ARGS(text));
    loop_diag_help(diags, diag, "%s",
                   out->untaken ? reason(measure)
                                : "What it is made of was measured; but no agent has all of it, or it comes to no number, as 0 / 0 does.");
}

/* Whether a claim is an expectation of a measure that has no value itself, which is explained there. */
static bool is_of_another(const LoopProgram *program, const LoopResults *results, uint32_t index)
{
    const LoopStr text = program->claims[index].text;
    for (uint32_t i = 0; program->claims[index].is_expectation && i < program->claim_count; i++) {
        const LoopStr name = program->claims[i].name;
        if (!program->claims[i].is_expectation && results->outcomes[i].valueless && name.len < text.len && text.at[name.len] == ' ' &&
            memcmp(text.at, name.at, name.len) == 0)
            return true;
    }
    return false;
}

bool loop_unmeasured_report(const LoopProgram *program, const LoopResults *results, LoopDiags *diags)
{
    bool *said = loop_alloc_array(program->measure_count, sizeof *said); /* of which measures */
    for (uint32_t i = 0; said && i < program->claim_count; i++) {
        const LoopOutcome *out = &results->outcomes[i];
        if (!out->valueless || (out->untaken ? said[out->lacking] : is_of_another(program, results, i)))
            continue;
        report(program, &program->claims[i], out, diags);
        said[out->lacking] = said[out->lacking] || out->untaken;
    }
    const bool ok = said != NULL;
    loop_free(said);
    return ok;
}
