/* Foreign functions: shared libraries, opened with dlopen and called through libffi.

   For `extern "libmaze.so" { maze(action) -> reward, obs[16] }` the library has

       void maze(void *self, const double *action, double *reward, double *obs);

   with as many numbers behind each pointer as the model's values have elements. It may have

       void *maze_new(uint32_t agent, uint64_t seed);    NULL: it could not
       void maze_free(void *self);

   which are called once for each agent and each place of the model that calls maze; without them `self` is NULL. All
   calls come from one thread. */
#ifndef LOOP_FOREIGN_H
#define LOOP_FOREIGN_H

#include "runtime/contract/program.h"

typedef struct LoopLibraries LoopLibraries;

/* Opens the libraries of a program, which lie in `folder`, after another process has opened them and called each function
   once without harm. NULL with no error in `diags`: no memory. */
LoopLibraries *loop_libraries_open(const LoopProgram *program, const char *folder, LoopDiags *diags);
void loop_libraries_close(LoopLibraries *libraries);

/* The state of call `index` for an agent. False: the library could not make it. */
bool loop_foreign_new(const LoopLibraries *libraries, uint32_t index, uint32_t agent, uint64_t seed, void **self);
void loop_foreign_free(const LoopLibraries *libraries, uint32_t index, void *self);
/* `in` are all arguments, one behind the other, and `out` all results. */
void loop_foreign_call(const LoopLibraries *libraries, uint32_t index, void *self, const double *in, double *out);

#endif
