/* How many random cases a test of arithmetic takes: fewer in a build that watches memory, which is ten times slower. */
#ifndef SAMPLES_H
#define SAMPLES_H

#if defined(__SANITIZE_ADDRESS__)
#define SAMPLES(n) ((n) / 10)
#else
#define SAMPLES(n) (n)
#endif

#endif
