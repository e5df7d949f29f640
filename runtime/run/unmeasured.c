/* Why something has no value. */
#include "runtime/run/unmeasured.h"

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

static void report(const LoopProgram *program, const LoopClaim *claim, uint32_t unmeasured, LoopDiags *diags)
{
    const LoopMeasure *measure = unmeasured != LOOP_NONE ? &program->measures[unmeasured] : NULL;
    const LoopStr text = measure ? measure->text : claim->text;
    LoopDiag *diag = loop_diag(diags, LOOP_W0038, measure ? measure->span : claim->span, "'%.*s' has no value in any agent", LOOP_STR_ARGS(text));
    loop_diag_help(diags, diag, "%s",
                   measure ? reason(measure)
                           : "What it is made of was measured; but no agent has all of it, or it comes to no number, as 0 / 0 does.");
}

bool loop_unmeasured_report(const LoopProgram *program, const LoopResults *results, LoopDiags *diags)
{
    bool *said = loop_alloc_array(program->measure_count, sizeof *said); /* of which measures */
    for (uint32_t i = 0; said && i < program->claim_count; i++) {
        const LoopOutcome *out = &results->outcomes[i];
        if (!out->valueless || (out->unmeasured != LOOP_NONE && said[out->unmeasured]))
            continue;
        report(program, &program->claims[i], out->unmeasured, diags);
        if (out->unmeasured != LOOP_NONE)
            said[out->unmeasured] = true;
    }
    const bool ok = said != NULL;
    loop_free(said);
    return ok;
}
