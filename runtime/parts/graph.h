/* What in a program depends on what. A thing is a register, a ring, a loop, a measure or a strip; a node is an instruction,
   or stands for what a loop, ring, measure, strip or the clock reads and writes besides. */
#ifndef LOOP_GRAPH_H
#define LOOP_GRAPH_H

#include "runtime/contract/rule.h"

enum { LOOP_SECTION_INIT, LOOP_SECTION_STEP, LOOP_SECTION_OBSERVE, LOOP_SECTIONS, LOOP_SECTION_NONE = LOOP_SECTIONS };

/* What a node does with a thing. */
typedef struct LoopTouch {
    uint32_t thing;
    bool reads, writes;
} LoopTouch;

typedef struct LoopGraphNode {
    const uint32_t *code; /* the instruction; NULL where there is none */
    uint32_t section, length;
    uint32_t skip;        /* node of the innermost jump that may pass it over; LOOP_NONE */
    uint32_t target;      /* of a jump: the node that it leads to */
    uint32_t first, end;  /* of the touches */
} LoopGraphNode;

/* Lists of nodes, one for each thing: those of thing i are node[begin[i]] up to node[begin[i + 1]]. */
typedef struct LoopNodesOf {
    uint32_t *begin, *node;
} LoopNodesOf;

typedef struct LoopGraph {
    const LoopProgram *program;
    LoopGraphNode *nodes;
    uint32_t node_count;
    LoopTouch *touches;
    uint32_t touch_count;
    uint32_t rings, loops, measures, strips, things; /* the first thing of each sort; how many there are */
    LoopNodesOf writers, readers;
} LoopGraph;

/* false: no memory. */
bool loop_graph_make(LoopGraph *graph, const LoopProgram *program, LoopArena *arena);

#endif
