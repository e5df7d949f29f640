/* Tables for pandas, R and spreadsheets: RFC 4180 with LF, numbers that read back to the same double. */
#ifndef LOOP_CSV_H
#define LOOP_CSV_H

#include "runtime/output/claims.h"
#include "runtime/output/sink.h"

/* Cells of a row are put one by one; each puts the comma before it. */
typedef struct LoopCsv {
    LoopSink *out;
    bool started;
} LoopCsv;

/* A text that a spreadsheet would take for a formula gets an apostrophe in front. */
void loop_csv_str(LoopCsv *csv, LoopStr text);
void loop_csv_num(LoopCsv *csv, double x);
void loop_csv_int(LoopCsv *csv, uint64_t n);
void loop_csv_end_row(LoopCsv *csv);

/* signal, group, phase, trial, step, time (s from the start of the trial), mean, sem */
void loop_csv_traces(const LoopReport *report, LoopSink *out);
/* name, text, kind, element, mean, sem, agents, trials, relation, bound, tolerance, holds, percent, share */
void loop_csv_measures(const LoopReport *report, LoopSink *out);
/* name, text, kind, element, group, agent, value: of a run that keeps the values of agents */
void loop_csv_agents(const LoopReport *report, LoopSink *out);

#endif
