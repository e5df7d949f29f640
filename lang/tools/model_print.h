/* A checked model as text. */
#ifndef LOOP_MODEL_PRINT_H
#define LOOP_MODEL_PRINT_H

#include "lang/model/model.h"

/* The model as text: names with their types, loops with their defaults, the schedule. */
void loop_model_print(const LoopModel *model, LoopText *out);
/* An expression as text, close to how it was written. */
void loop_node_print(const LoopNode *node, LoopText *out);

#endif
