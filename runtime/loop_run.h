/* The runtime: program in, results out. It prints nothing and never exits. */
#ifndef LOOP_RUN_H
#define LOOP_RUN_H

#include "runtime/contract/program.h"

#define LOOP_VERSION "0.1.0"

typedef enum LoopRunStatus {
    LOOP_RUN_OK,
    LOOP_RUN_FAULT,       /* a located fault, in `diags` */
    LOOP_RUN_MEMORY,      /* out of memory, or over the limit */
    LOOP_RUN_INVALID,     /* the program did not pass the verifier: an internal error */
    LOOP_RUN_INTERRUPTED,
    LOOP_RUN_REFUSED,     /* it calls foreign code, which the options do not allow */
    LOOP_RUN_ENGINE,      /* there is no engine of that name here */
    LOOP_RUN_TOO_LONG,    /* for single precision to count its steps or trials */
    LOOP_RUN_LIBRARY      /* a library can't be used; why is in `diags` */
} LoopRunStatus;

/* Whether loops that don't meet are run each by itself, or side by side where they are alike. */
typedef enum LoopSplitting {
    LOOP_SPLIT_AUTO,  /* as is fastest */
    LOOP_SPLIT_NONE,  /* the program stays whole */
    LOOP_SPLIT_PARTS, /* each part by itself */
    LOOP_SPLIT_LANES  /* parts that are alike are lanes side by side */
} LoopSplitting;

typedef struct LoopRunOptions {
    uint32_t agents;      /* per group; 0: as the program says */
    uint64_t seed;
    uint32_t threads;     /* 0: one per core */
    uint32_t lanes;       /* lanes in a block; 0: chosen from the size of the state */
    LoopSplitting split;      /* changes no result */
    bool single;          /* 32-bit numbers in the VM */
    bool keeps_agents;    /* outcomes keep the value of each agent */
    const char *engine;   /* base, avx2 or avx512; NULL: the best that the processor has. Changes no result */
    const LoopFlag *interrupt; /* not 0: stop soon; looked at every 256 steps, sooner where they are long. May be NULL */
    /* Called from one thread now and then with the share of steps done; may be NULL. */
    void (*progress)(void *context, double done);
    void *progress_context;
    const char *libraries;  /* folder of the libraries that the program may call; NULL: it may call none */
} LoopRunOptions;

/* How many went into one number. */
typedef struct LoopSample {
    uint32_t agents;      /* with a value, in any group */
    uint32_t clusters;    /* numbers of agents, of which one counts once for the standard error; with less than two there is none */
    uint32_t infinite;    /* agents with an infinite value, as of a trial that never came */
    uint64_t trials;      /* of all those agents */
} LoopSample;

/* The mean over agents of a claim's value, and what it was held against. */
typedef struct LoopOutcome {
    uint32_t width;
    double *mean, *sem;   /* [width] */
    LoopSample *sample;   /* [width]: of the mean */
    double *bound;        /* [width]: mean of the bound, `by` margin included; NULL for a plain measure */
    double *plain, *margin; /* [width]: of it, the bound without its margin, and `by`; NULL without one */
    double *tolerance;    /* [width]: `within`, absolute; NULL without one */
    double *difference, *difference_sem; /* [width]: value less bound, agent by agent; NULL where the bound is not measured */
    LoopSample *difference_sample;       /* [width]: agents that have both */
    double *each;         /* [width][groups][agents]: of each agent, nan without a value; NULL unless they are kept */
    uint32_t group;       /* the only one of them; LOOP_NONE: all */
    double share;         /* percent of agents for which it holds; only with `for N% of agents` */
    bool holds;
    bool valueless;       /* no element has a value in any agent, or none of the bound does */
    uint32_t unmeasured;  /* then: a measure that no trial was taken for; LOOP_NONE: all have values, and it comes to none */
} LoopOutcome;

/* The course of a strip in one group. */
typedef struct LoopCourse {
    uint32_t strip, group;
    uint32_t steps, agents; /* agents that had a trial */
    double *mean, *sem;     /* [steps] */
} LoopCourse;

typedef struct LoopResults {
    LoopArena *arena;
    uint32_t agents, threads;
    bool single;
    uint64_t seed, steps;   /* steps of the longest lane */
    LoopOutcome *outcomes;  /* one a claim of the program */
    LoopCourse *courses;
    uint32_t course_count;
    uint32_t failed;        /* expectations that do not hold */
} LoopResults;

/* Runs all agents of all groups. A fault is a diagnostic in `diags` (code E09xx, or of the check that was made when
   the run was set up: `*setup_fault` is then true). The caller frees the results, also after a failure. */
LoopRunStatus loop_run(const LoopProgram *program, const LoopRunOptions *options, LoopDiags *diags,
                       LoopResults **results, bool *setup_fault);
void loop_results_free(LoopResults *results);

/* Engine `i` of those that this processor can run, best first; NULL past the last. */
const char *loop_engine_name(size_t i);

/* What a run takes, as text: registers, rings, weights, measures, per lane and in all. `out` has failed where memory ran out. */
void loop_memory_print(const LoopProgram *program, const LoopRunOptions *options, LoopText *out);

enum { LOOP_LANES_MIN = 16, LOOP_LANES_MAX = 1024 };

#endif
