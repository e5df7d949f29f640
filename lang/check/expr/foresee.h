/* What foresee.c and forecasters.c share. */
#ifndef LOOP_FORESEE_H
#define LOOP_FORESEE_H

#include "lang/check/expr/expr.h"

/* A loop behind `by`. */
typedef struct LoopNamed {
    LoopSymbol *symbol;
    LoopSpan span;
    bool used;
} LoopNamed;

/* One foresee() that is being written out. */
typedef struct LoopForesight {
    LoopChecker *check;
    LoopSpan span;             /* of the call */
    LoopSymbol *reward;
    LoopList by;               /* LoopNamed */
    LoopList forecasters;      /* of forecasters.c */
    LoopList definitions;      /* what stands for lets, for this option */
    LoopList reported;         /* LoopSymbol *: senses without a single forecast */
    uint32_t option, options;  /* channel of the bundles that is written out, and how many they have */
    const LoopLabels *labels;  /* of the options */
    const LoopSymbol *bundle;  /* the loop that gave their number */
    uint32_t depth;
    bool failed;               /* and reported */
    bool doubted;              /* warned of options in another order */
} LoopForesight;

/* The sense that a node is (a part of), under whatever names; NULL when it is anything else. `*start`: its first element. */
LoopSymbol *loop_foresee_sense(const LoopNode *node, uint32_t *start);
/* Lists the loops that forecast a sense. false: no memory. */
bool loop_foresee_forecasters(LoopForesight *f);
/* The forecast of the elements that `node` reads, from `start` on; NULL: reported. */
LoopNode *loop_foresee_forecast(LoopForesight *f, const LoopNode *node, LoopSymbol *sense, uint32_t start);

#endif
