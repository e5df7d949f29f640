/* Which build of the engine a run takes. */
#ifndef LOOP_ENGINES_H
#define LOOP_ENGINES_H

#include "runtime/vm/engine.h"

/* The best that this processor can run, or the one called `name`; NULL when that is not there. */
const LoopEngine *loop_engine_find(bool single, const char *name);

#endif
