#include "runtime/contract/utf8.h"

size_t loop_utf8(LoopStr text, size_t at, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text.at + at;
    size_t len = byte[0] < 0x80 ? 1 : byte[0] < 0xc2 ? 0 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : byte[0] < 0xf5 ? 4 : 0;
    if (!len || len > text.len - at)
        return 0;
    uint32_t value = len == 1 ? byte[0] : byte[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3fu);
    }
    bool surrogate = value >= 0xd800 && value < 0xe000;
    if (value < least[len] || value > 0x10ffff || surrogate)
        return 0;
    *point = value;
    return len;
}

bool loop_utf8_turns(uint32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

size_t loop_text_put_shown(LoopText *out, LoopStr text, size_t at)
{
    uint32_t point = 0;
    const size_t len = loop_utf8(text, at, &point);
    if (!len)
        loop_text_add(out, "\\x%02x", (unsigned)(unsigned char)text.at[at]);
    else if (is_control(point))
        loop_text_add(out, "\\x%02x", (unsigned)point);
    else if (loop_utf8_turns(point))
        loop_text_add(out, "\\u%04x", (unsigned)point);
    else
        loop_text_put(out, text.at + at, len);
    return len ? len : 1;
}

size_t loop_shown_columns(LoopStr text, size_t at, size_t *length)
{
    uint32_t point = 0;
    const size_t len = loop_utf8(text, at, &point);
    *length = len ? len : 1;
    return !len || is_control(point) ? 4 : loop_utf8_turns(point) ? 6 : 1; /* \x1b, \u202e */
}

void loop_text_put_json(LoopText *out, LoopStr text)
{
    loop_text_put(out, "\"", 1);
    for (size_t i = 0, len; i < text.len; i += len ? len : 1) {
        uint32_t point = 0;
        len = loop_utf8(text, i, &point);
        if (!len)
            loop_text_add(out, "\\ufffd");
        else if (is_control(point))
            loop_text_add(out, "\\u%04x", point);
        else if (point == '"' || point == '\\')
            loop_text_add(out, "\\%c", (int)point);
        else
            loop_text_put(out, text.at + i, len);
    }
    loop_text_put(out, "\"", 1);
}
