/* Numbers, durations and names as people read them. What a user wrote goes through loop_show_str, so that no
   control byte of a model reaches a terminal. */
#ifndef LOOP_SHOW_H
#define LOOP_SHOW_H

#include "runtime/contract/program.h"

/* Control characters come out as \x1b; the rest as it is. */
void loop_show_str(LoopText *out, LoopStr text);
/* Columns that well-formed UTF-8 takes: its code points. */
size_t loop_show_width(LoopStr text);
void loop_show_spaces(LoopText *out, size_t count);
/* Words of `text`, broken at spaces into lines of at most `width` columns, each behind `indent` spaces. */
void loop_show_wrapped(LoopText *out, LoopStr text, size_t indent, size_t width);

/* Decimals that show x to about four digits; -1 when only powers of ten can. */
int loop_show_decimals(double x);
/* x with that many decimals; -1: as 3.414e-17. nan and inf by name, 0 as 0. */
void loop_show_fixed(LoopText *out, double x, int decimals);
/* x as short as it was written where it is short, else to about four digits. */
void loop_show_number(LoopText *out, double x);
/* Two ends of a scale, with the same decimals: -1.00 .. 0.83. */
void loop_show_range(LoopText *out, double lo, double hi);
/* 500 ms, 2 s, 10 min */
void loop_show_duration(LoopText *out, double ms);
/* 18310 as 18,310 */
void loop_show_count(LoopText *out, uint64_t n);

/* " last 20", " block 1 of 4"; nothing for all trials. */
void loop_show_select(LoopText *out, const LoopSelect *select);
/* What is drawn: VTA, taste.salt, v[0]. */
void loop_show_signal(LoopText *out, const LoopStrip *strip);
/* "<", ">=" ...; "=" for near */
const char *loop_relation_text(LoopRelation relation);
/* The name of the trial type of a strip; empty where the phase says it all. */
LoopStr loop_strip_trial(const LoopProgram *program, const LoopStrip *strip);

#endif
