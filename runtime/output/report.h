/* What `loop run` prints: a head, a trace a line, measures and expectations. */
#ifndef LOOP_REPORT_H
#define LOOP_REPORT_H

#include "runtime/output/claims.h"
#include "runtime/output/json.h"
#include "runtime/output/sink.h"

/* The report for people. Without memory, out->failed. */
void loop_report_text(const LoopReport *report, LoopText *out);
/* The measures, or the expectations, that are to be shown, under their title. */
void loop_report_claims(const LoopReport *report, bool expectations, LoopArena *arena, LoopText *out);
/* A claim's outcome in one line, e.g. "VTA at juice in naive = 0.41 +- 0.02, wanted > 0.9". */
void loop_report_claim_line(const LoopReport *report, uint32_t claim, LoopText *out);
/* The parts of that line for element `e`: what was measured, its mean with its standard error, what was wanted. */
void loop_report_claim_cells(const LoopReport *report, uint32_t claim, uint32_t e, LoopText *label, LoopText *got, LoopText *wanted);
/* A section of a Markdown page; `file` is its path from the folder above the page. */
void loop_report_markdown(const LoopReport *report, const char *file, const LoopStr *sources, size_t source_count, LoopText *out);
/* The same as JSON: one object a line, of kinds run, trace, measure, expectation and result. */
void loop_report_json(const LoopReport *report, LoopSink *out);
/* The member "parameters" of an object: name, value and unit of each param, and what groups give it. */
void loop_json_parameters(LoopJson *json, const LoopProgram *program);

#endif
