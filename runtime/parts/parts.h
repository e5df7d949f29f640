/* A program in parts. Loops that do not meet, neither in what they read nor in what they teach, do not need each other's
   memory: each of them, with what it reads, is a program of its own, which can be run to its end before the next. Parts
   that are alike but for constants and random numbers are one program, in which each is a copy with lanes of its own. */
#ifndef LOOP_PARTS_H
#define LOOP_PARTS_H

#include "runtime/loop_run.h"

typedef struct LoopPart {
    LoopProgram *program; /* its group c * groups + g is group g in copy c */
    uint32_t copies;
    uint32_t *measures;   /* [copies][measures of the part]: which of the whole program's they are */
    uint32_t *strips;     /* [copies][strips of the part], */
    uint32_t *loops;      /* [copies][loops of the part] */
} LoopPart;

typedef struct LoopParts {
    LoopArena *arena;
    LoopPart *part;
    uint32_t count;
    uint64_t work, work_whole; /* about how many numbers a step of a lane writes, in all parts and in the whole */
} LoopParts;

/* The parts of a program; those that are alike are one if `merges`. NULL with *failed: no memory; without: it has but one. */
LoopParts *loop_parts_make(const LoopProgram *program, bool merges, bool *failed);
void loop_parts_free(LoopParts *parts);

#endif
