/* Why something has no value. */
#include "runtime/run/unmeasured.h"

static const char *reason(const LoopMeasure *measure)
{
    const bool event = measure->from.kind == LOOP_ANCHOR_ONSET || (measure->window && measure->to.kind == LOOP_ANCHOR_ONSET);
    if (measure->window && measure->reducer == LOOP_REDUCE_LATENCY)
        return "In no such trial that was run was it above 0 within the window.";
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

bool loop_unmeasured_report(const LoopProgram *program, const LoopResults *results, LoopDiags *diags)
{
    bool *said[2] = {loop_alloc_array(program->measure_count, sizeof(bool)), loop_alloc_array(program->measure_count, sizeof(bool))};
    const bool ok = said[0] && said[1];
    for (uint32_t i = 0; ok && i < program->claim_count; i++) {
        const LoopOutcome *out = &results->outcomes[i];
        if (out->valueless && !said[out->untaken][out->lacking])
            report(program, &program->claims[i], out, diags);
        if (out->valueless)
            said[out->untaken][out->lacking] = true;
    }
    loop_free(said[0]);
    loop_free(said[1]);
    return ok;
}
