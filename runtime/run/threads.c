/* Threads begin elsewhere. Linux may put a new thread on the processor of its maker, even where another is idle. If neither of them ever
   sleeps, one waits there until the system shares the work out anew: 1 to 5 ms, a tenth of a short run. */
#define _GNU_SOURCE
#include "runtime/run/threads.h"

#ifdef __linux__
#include <sched.h>

bool loop_thread_start(pthread_t *thread, void *(*body)(void *), void *argument)
{
    cpu_set_t all, others;
    pthread_attr_t attributes;
    const int here = sched_getcpu();
    bool started = false;
    if (here >= 0 && here < CPU_SETSIZE && sched_getaffinity(0, sizeof all, &all) == 0 && pthread_attr_init(&attributes) == 0) {
        others = all;
        CPU_CLR((size_t)here, &others);
        started = CPU_COUNT(&others) && pthread_attr_setaffinity_np(&attributes, sizeof others, &others) == 0 &&
                  pthread_create(thread, &attributes, body, argument) == 0;
        if (started)
            pthread_setaffinity_np(*thread, sizeof all, &all);
        pthread_attr_destroy(&attributes);
    }
    return started || pthread_create(thread, NULL, body, argument) == 0;
}

#else

bool loop_thread_start(pthread_t *thread, void *(*body)(void *), void *argument)
{
    return pthread_create(thread, NULL, body, argument) == 0;
}

#endif
