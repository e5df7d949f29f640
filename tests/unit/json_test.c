/* JSON: what is escaped, what numbers become, where commas stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "runtime/output/json.h"

static void check_str(LoopStr text, const char *wanted)
{
    LoopText out = {0};
    LoopJson json = {&out, false};
    loop_json_str(&json, text);
    assert_string_equal(out.at, wanted);
    loop_text_free(&out);
}

static void check_num(double x, const char *wanted)
{
    LoopText out = {0};
    LoopJson json = {&out, false};
    loop_json_num(&json, x);
    assert_string_equal(out.at, wanted);
    loop_text_free(&out);
}

static void escapes_quotes_and_control_bytes(void **state)
{
    (void)state;
    check_str(LOOP_STR(""), "\"\"");
    check_str(LOOP_STR("a \"b\" \\ c/"), "\"a \\\"b\\\" \\\\ c/\"");
    check_str(LOOP_STR("\n\t\x1b[31m\x7f"), "\"\\u000a\\u0009\\u001b[31m\\u007f\"");
    check_str((LoopStr){"a\0b", 3}, "\"a\\u0000b\"");
    check_str(LOOP_STR("\xc2\x9b"), "\"\\u009b\""); /* C1: a terminal may take it for ESC [ */
}

static void keeps_text_that_is_utf8(void **state)
{
    (void)state;
    check_str(LOOP_STR("\xc3\xa9 \xe2\x96\x88 \xf0\x9f\xa7\xa0"), "\"\xc3\xa9 \xe2\x96\x88 \xf0\x9f\xa7\xa0\"");
}

static void replaces_what_is_no_utf8(void **state)
{
    (void)state;
    check_str(LOOP_STR("a\xff" "b"), "\"a\\ufffdb\"");
    check_str(LOOP_STR("\xc3"), "\"\\ufffd\"");
    check_str(LOOP_STR("\xc0\xaf"), "\"\\ufffd\\ufffd\"");             /* overlong */
    check_str(LOOP_STR("\xe0\x80\xaf"), "\"\\ufffd\\ufffd\\ufffd\"");   /* overlong */
    check_str(LOOP_STR("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");   /* surrogate */
    check_str(LOOP_STR("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\""); /* above U+10FFFF */
}

static void prints_numbers_that_read_back(void **state)
{
    (void)state;
    check_num(0.1, "0.1");
    check_num(-1, "-1");
    check_num(1e300, "1e300");
    check_num(0.1 + 0.2, "0.30000000000000004");
}

static void has_null_for_what_is_no_number(void **state)
{
    (void)state;
    check_num(NAN, "null");
    check_num(INFINITY, "null");
    check_num(-INFINITY, "null");
}

static void puts_commas_between_members(void **state)
{
    const double numbers[] = {1, NAN, 2.5};
    LoopText out = {0};
    LoopJson json = {&out, false};
    (void)state;
    loop_json_open(&json, '{');
    loop_json_key(&json, "a");
    loop_json_nums(&json, numbers, 3);
    loop_json_key(&json, "b");
    loop_json_open(&json, '[');
    loop_json_close(&json, ']');
    loop_json_key(&json, "c");
    loop_json_bool(&json, true);
    loop_json_key(&json, "d");
    loop_json_int(&json, UINT64_MAX);
    loop_json_close(&json, '}');
    assert_string_equal(out.at, "{\"a\":[1,null,2.5],\"b\":[],\"c\":true,\"d\":18446744073709551615}");
    loop_text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_quotes_and_control_bytes), cmocka_unit_test(keeps_text_that_is_utf8),
        cmocka_unit_test(replaces_what_is_no_utf8),         cmocka_unit_test(prints_numbers_that_read_back),
        cmocka_unit_test(has_null_for_what_is_no_number),   cmocka_unit_test(puts_commas_between_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
