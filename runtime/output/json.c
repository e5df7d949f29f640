/* Writing JSON, RFC 8259. */
#include "runtime/output/json.h"

#include "runtime/contract/num.h"
#include "runtime/contract/utf8.h"

#include <math.h>

/* A comma where one is due; what comes next starts or follows. */
static void item(LoopJson *json)
{
    if (json->started)
        loop_text_put(json->out, ",", 1);
    json->started = true;
}

void loop_json_open(LoopJson *json, char bracket)
{
    item(json);
    loop_text_put(json->out, &bracket, 1);
    json->started = false;
}

void loop_json_close(LoopJson *json, char bracket)
{
    loop_text_put(json->out, &bracket, 1);
    json->started = true;
}

void loop_json_key(LoopJson *json, const char *key)
{
    loop_json_str(json, loop_str(key));
    loop_text_put(json->out, ":", 1);
    json->started = false;
}

/* ---- strings ---- */

void loop_json_str(LoopJson *json, LoopStr text)
{
    item(json);
    loop_text_put_json(json->out, text);
}

/* ---- numbers ---- */

void loop_json_num(LoopJson *json, double x)
{
    char text[32];
    if (!isfinite(x)) {
        loop_json_null(json);
        return;
    }
    item(json);
    loop_text_put(json->out, text, loop_num_print(text, x));
}

void loop_json_int(LoopJson *json, uint64_t n)
{
    item(json);
    loop_text_add(json->out, "%llu", (unsigned long long)n);
}

void loop_json_bool(LoopJson *json, bool value)
{
    item(json);
    loop_text_add(json->out, value ? "true" : "false");
}

void loop_json_null(LoopJson *json)
{
    item(json);
    loop_text_add(json->out, "null");
}

void loop_json_nums(LoopJson *json, const double *x, size_t count)
{
    loop_json_open(json, '[');
    for (size_t i = 0; i < count; i++)
        loop_json_num(json, x[i]);
    loop_json_close(json, ']');
}

void loop_json_member_str(LoopJson *json, const char *key, LoopStr text)
{
    loop_json_key(json, key);
    loop_json_str(json, text);
}

void loop_json_member_int(LoopJson *json, const char *key, uint64_t n)
{
    loop_json_key(json, key);
    loop_json_int(json, n);
}

void loop_json_member_num(LoopJson *json, const char *key, double x)
{
    loop_json_key(json, key);
    loop_json_num(json, x);
}
