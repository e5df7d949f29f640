/* What the writers of results share about claims: whose agents and which trials a value is from. */
#ifndef LOOP_CLAIMS_H
#define LOOP_CLAIMS_H

#include "runtime/loop_run.h"

/* Results with the program they are of. */
typedef struct LoopReport {
    const LoopProgram *program;
    const LoopResults *results;
    bool colour; /* of the text report */
    bool saved;  /* its files are written too, */
    bool each_agent; /* with one of the value of each agent */
    bool quiet;  /* only expectations that fail */
} LoopReport;

uint32_t loop_expectation_count(const LoopProgram *program);
/* Whether the report shows claim `i`. */
bool loop_claim_shown(const LoopReport *report, uint32_t i);
/* Agents that a claim is about. */
uint64_t loop_claim_agents(const LoopReport *report, const LoopClaim *claim);
/* The first measure that an element of a claim's value reads; NULL when it reads none. */
const LoopMeasure *loop_claim_measure(const LoopProgram *program, const LoopClaim *claim, uint32_t element);
/* Whether a group has trials of the selected kind in the selected phases. */
bool loop_select_possible(const LoopProgram *program, const LoopSelect *select, uint32_t group);
/* Trials that would go into the value if every one had it; 0 where chance or `until` decides. */
uint64_t loop_claim_trials(const LoopReport *report, const LoopClaim *claim, uint32_t element);

#endif
