/* A checked model as text. */
#ifndef LOOP_MODEL_PRINT_H
#define LOOP_MODEL_PRINT_H

#include "lang/model/model.h"

/* The model as text: names with their types, loops with their defaults, the schedule. */
void loop_model_print(const LoopModel *model, LoopText *out);

#endif
