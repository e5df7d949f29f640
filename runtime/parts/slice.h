/* A slice of a program: some things, and all that is needed to work them out, written with numbers of its own. */
#ifndef LOOP_SLICE_H
#define LOOP_SLICE_H

#include "runtime/parts/graph.h"

/* Numbers that belong to the slice, and what they are in the whole program: item i is number i. */
typedef struct LoopNumbers {
    LoopList of; /* uint32_t */
} LoopNumbers;

/* Two slices are alike, the same program for other constants and other random numbers, where their codes and their shapes
   are the same words. For that, a register that nothing writes gets a number for each place that reads it: by chance two
   places may read the same constant in one slice, and two constants in another. */
typedef struct LoopSlice {
    LoopList code[LOOP_SECTIONS]; /* uint32_t */
    LoopList shape;               /* uint32_t: all else that slices that are alike have in common */
    LoopNumbers registers, checks, draws, rings, loops, measures, strips;
    LoopLoop *loop;               /* [loops] with its registers numbered anew */
    LoopRing *ring;               /* [rings] */
    LoopMeasure *measure;         /* [measures] */
    uint32_t *strip_register;     /* [strips] */
    LoopTask task;                /* its registers numbered anew, the rest as it was */
    uint64_t work;                /* about how many numbers a step writes */
} LoopSlice;

/* What slicing one program after another keeps. */
typedef struct LoopSlicer {
    const LoopGraph *graph;
    LoopArena *arena;
    uint32_t turn;          /* numbers the slices, from 1 */
    uint32_t *thing_turn;   /* [things]: the last slice that wanted it */
    uint32_t *node_turn;    /* [nodes] */
    uint32_t *number_turn;  /* [things + checks + draws]: the last slice that numbered it, */
    uint32_t *number;       /* and what number it got */
    bool *written;          /* [registers]: some node writes it */
    uint32_t *wanted;       /* [things]: those still to be followed */
    uint32_t wanted_count;
    uint32_t *kept;         /* [nodes] of the slice */
    uint32_t kept_count;
} LoopSlicer;

/* NULL: no memory. */
LoopSlicer *loop_slicer_new(const LoopGraph *graph, LoopArena *arena);
/* Begins a slice, */
void loop_slicer_begin(LoopSlicer *slicer);
/* which is to have this in it, */
void loop_slicer_want(LoopSlicer *slicer, uint32_t thing);
/* and ends it. NULL: no memory. */
LoopSlice *loop_slicer_end(LoopSlicer *slicer);
/* Whether some slice has kept the node. */
bool loop_slicer_has(const LoopSlicer *slicer, uint32_t node);

#endif
