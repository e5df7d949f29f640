/* Checking: AST to model. */
#ifndef LOOP_CHECK_H
#define LOOP_CHECK_H

#include "lang/model/model.h"

/* Checks the main file, with those that it uses. Returns NULL when `diags` has an error or memory ran out. The caller frees model->arena. */
LoopModel *loop_check(const LoopFile *file, LoopSetting *settings, size_t setting_count, LoopDiags *diags);

#endif
