/* loop explain: the page of a diagnostic. */
#include "lang/cli/cli.h"

#include <string.h>

static const char *severity(const LoopCodeInfo *info)
{
    return info->severity == LOOP_ERROR ? "error" : "warning";
}

static void put_model(LoopText *out, const char *title, const char *text)
{
    if (!*text)
        return;
    loop_text_add(out, "\n%s\n\n", title);
    for (const char *line = text; *line;) {
        size_t len = 0;
        while (line[len] && line[len] != '\n')
            len++;
        loop_text_add(out, len ? "    %.*s\n" : "%.*s\n", (int)len, line);
        line += len + (line[len] == '\n');
    }
}

static void put_list(LoopText *out)
{
    for (uint32_t i = 0; i < LOOP_CODE_COUNT; i++) {
        const LoopCodeInfo *info = loop_code_info((LoopCode)i);
        loop_text_add(out, "%s  %-7s  %s\n", info->name, severity(info), info->title);
    }
}

/* `e301` and `301` find E0301. */
static bool find_code(LoopStr word, LoopCode *code)
{
    char name[] = "E0000";
    bool letter = word.len && ((word.at[0] | 32) == 'e' || (word.at[0] | 32) == 'w');
    LoopStr digits = letter ? (LoopStr){word.at + 1, word.len - 1} : word;
    if (digits.len > 4)
        return false;
    if (letter && (word.at[0] | 32) == 'w')
        name[0] = 'W';
    memcpy(name + 5 - digits.len, digits.at, digits.len);
    return loop_code_find(loop_str(name), code);
}

static int explain(const LoopArguments *arguments, LoopSink *out)
{
    LoopCode code;
    if (!arguments->file_count) {
        put_list(&out->text);
        return LOOP_EXIT_OK;
    }
    for (size_t i = 0; i < arguments->file_count; i++) {
        if (!find_code(loop_str(arguments->files[i]), &code)) {
            loop_say("loop: there is no diagnostic '%s'; 'loop explain' lists them\n", arguments->files[i]);
            return LOOP_EXIT_USAGE;
        }
        const LoopCodeInfo *info = loop_code_info(code);
        loop_text_add(&out->text, "%s%s %s: %s\n\n%s\n", i ? "\n" : "", severity(info), info->name, info->title, info->why);
        put_model(&out->text, "Wrong:", info->wrong);
        put_model(&out->text, "Right:", info->right);
    }
    return LOOP_EXIT_OK;
}

static const LoopOption options[] = {{0}};

const LoopCommand loop_command_explain = {"explain", "[CODE...]", "explains an error or warning by its code",
                                          "Prints the page of a diagnostic such as E0301, with a wrong and a right model;\n"
                                          "without a code, the list of all.",
                                          options, explain};
