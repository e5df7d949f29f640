/* Characters of text: UTF-8, and strings of JSON. */
#ifndef LOOP_UTF8_H
#define LOOP_UTF8_H

#include "runtime/contract/base.h"

/* Length of the character that begins at byte `at`, and its code point; 0, and nothing else, where there is none: overlong forms, halves
   of pairs and values beyond 10FFFF are none. */
size_t loop_utf8(LoopStr text, size_t at, uint32_t *point);

/* Whether a character makes text read in another order than it stands. */
bool loop_utf8_turns(uint32_t point);
/* Puts the character at byte `at` as it can be shown: one that would move or colour what is around it, and a byte that is no character, as
   \x1b or \u202e. Gives its length. */
size_t loop_text_put_shown(LoopText *out, LoopStr text, size_t at);
/* How many columns that takes; *length: its bytes. */
size_t loop_shown_columns(LoopStr text, size_t at, size_t *length);

/* As a string of JSON, with its quotes. Control characters, C1 too, are escaped, and a byte that is no character is U+FFFD. */
void loop_text_put_json(LoopText *out, LoopStr text);

#endif
