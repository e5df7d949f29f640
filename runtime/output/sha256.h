/* SHA-256 (FIPS 180-4): which bytes a result came from. */
#ifndef LOOP_SHA256_H
#define LOOP_SHA256_H

#include "runtime/contract/base.h"

enum { LOOP_SHA256_HEX = 64 };

/* The digest of all of `bytes` as lower-case hexadecimal, NUL behind. */
void loop_sha256(LoopStr bytes, char hex[static LOOP_SHA256_HEX + 1]);

#endif
