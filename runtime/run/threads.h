/* Threads that are busy from the moment they are started. */
#ifndef LOOP_THREADS_H
#define LOOP_THREADS_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread on a processor that the caller doesn't run on, if it may use another; later on the system moves it as it sees fit.
   false: no thread was started. */
bool loop_thread_start(pthread_t *thread, void *(*body)(void *), void *argument);

#endif
