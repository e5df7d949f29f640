/* The trial clock: which phase, trial and step each lane is in. */
#ifndef LOOP_CLOCK_H
#define LOOP_CLOCK_H

#include "runtime/block/block.h"

LoopClock *loop_clock_new(const LoopProgram *program, size_t lanes);
void loop_clock_free(LoopClock *clock);
/* Adds what a clock takes; false: more than can be counted. */
bool loop_clock_bytes(const LoopProgram *program, size_t lanes, size_t *bytes);
/* Every lane before its first trial. */
void loop_clock_start(LoopClock *clock, LoopBlock *block);
/* Moves every lane on by one step and writes the registers of the task. */
void loop_clock_tick(LoopClock *clock, LoopBlock *block);
/* After a step was recorded: lanes at the end of a trial note whether their phase is over. */
void loop_clock_close(LoopClock *clock, const LoopBlock *block);
/* TRIAL_BEGIN; events are in vm.c. */
void loop_clock_trial_begin(LoopBlock *block, const uint32_t *args);

bool loop_clock_done(const LoopClock *clock, size_t lane);     /* past its last trial */
bool loop_clock_all_done(const LoopClock *clock);
/* How much of its trials the first lane has behind it, from 0 to 1; `until` makes it jump. */
double loop_clock_share(const LoopClock *clock, const LoopBlock *block);
/* Lanes that the clock keeps: 1 when all are in step. Lane l of the block is lane l % that. */
size_t loop_clock_lanes(const LoopClock *clock);
/* Phase (or LOOP_NONE), trial type (or LOOP_NONE between trials), number of the trial in its phase, step in it. */
typedef struct LoopMoment {
    uint32_t phase, type, trial, time;
} LoopMoment;
/* How many lanes are on the first step of a trial, and which: of a clock that keeps one lane it is number 0. */
size_t loop_clock_begins(const LoopClock *clock, const uint32_t **lanes);
LoopMoment loop_clock_moment(const LoopClock *clock, size_t lane);
/* How many trials of `type` (LOOP_NONE: of any) the lane's current phase holds; LOOP_NONE when `until` decides. */
uint32_t loop_clock_total(const LoopClock *clock, const LoopBlock *block, size_t lane, uint32_t type);
/* Writes block->counters: what draws count by within trials. */
void loop_clock_counters(const LoopClock *clock, LoopBlock *block);
void loop_clock_where(const LoopClock *clock, size_t lane, double *phase, double *trial, double *time);

#endif
