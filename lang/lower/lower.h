/* Lowering: a checked model to a program for the VM. */
#ifndef LOOP_LOWER_H
#define LOOP_LOWER_H

#include "lang/model/model.h"

/* Works in the members of nodes and symbols that model.h keeps for it and leaves the rest of the model alone. Returns
   NULL when memory ran out, which `diags` then says. The caller frees the program with loop_program_free. */
LoopProgram *loop_lower(LoopModel *model, LoopDiags *diags);

#endif
