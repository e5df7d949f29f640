/* The model in words. */
#ifndef LOOP_DESCRIBE_H
#define LOOP_DESCRIBE_H

#include "lang/model/model.h"

/* Writes sentences about a checked model, in an order in which it can be read aloud. `diags` has its text. */
void loop_describe(const LoopModel *model, const LoopDiags *diags, LoopText *out);

#endif
