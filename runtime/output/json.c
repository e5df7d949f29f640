/* Writing JSON, RFC 8259. */
#include "runtime/output/json.h"

#include "runtime/contract/num.h"

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

/* Length of the well-formed UTF-8 sequence at `at` and its code point; 0 when it is none. */
static size_t decode(const unsigned char *at, size_t left, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;
    if (!len || len > left)
        return 0;
    *point = len == 1 ? at[0] : at[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | (at[i] & 0x3fu);
    }
    bool surrogate = *point >= 0xd800 && *point < 0xe000;
    return *point < least[len] || *point > 0x10ffff || surrogate ? 0 : len;
}

void loop_json_str(LoopJson *json, LoopStr text)
{
    item(json);
    loop_text_put(json->out, "\"", 1);
    for (size_t i = 0; i < text.len;) {
        uint32_t point = 0xfffd;
        size_t len = decode((const unsigned char *)text.at + i, text.len - i, &point);
        if (!len)
            loop_text_add(json->out, "\\ufffd");
        else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
            loop_text_add(json->out, "\\u%04x", point);
        else if (point == '"' || point == '\\')
            loop_text_add(json->out, "\\%c", (int)point);
        else
            loop_text_put(json->out, text.at + i, len);
        i += len ? len : 1;
    }
    loop_text_put(json->out, "\"", 1);
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
