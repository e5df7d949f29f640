/* Writing JSON: commas are kept track of, strings are escaped, numbers that JSON has no word for become null. */
#ifndef LOOP_JSON_H
#define LOOP_JSON_H

#include "runtime/contract/base.h"

typedef struct LoopJson {
    LoopText *out;
    bool started; /* something stands before in this object or array */
} LoopJson;

void loop_json_open(LoopJson *json, char bracket);  /* { or [ */
void loop_json_close(LoopJson *json, char bracket); /* } or ] */
/* The name of the member whose value comes next. */
void loop_json_key(LoopJson *json, const char *key);
/* Bytes that are no UTF-8 come out as U+FFFD; all control characters are escaped. */
void loop_json_str(LoopJson *json, LoopStr text);
void loop_json_num(LoopJson *json, double x);
void loop_json_int(LoopJson *json, uint64_t n);
void loop_json_bool(LoopJson *json, bool value);
void loop_json_null(LoopJson *json);
/* A member of an object: name and value. */
void loop_json_member_str(LoopJson *json, const char *key, LoopStr text);
void loop_json_member_int(LoopJson *json, const char *key, uint64_t n);
void loop_json_member_num(LoopJson *json, const char *key, double x);
void loop_json_nums(LoopJson *json, const double *x, size_t count);

#endif
