/* Words to arguments, by the table of options of the command: the same rows make its help. */
#define _POSIX_C_SOURCE 200809L
#include "lang/cli/cli.h"

#include "runtime/contract/num.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

enum { OPTIONS_MAX = 16, LONG_ONLY = 256 };

/* A whole number in [lo, hi], and nothing else. */
static bool read_whole(const char *text, double lo, double hi, double *out)
{
    double x;
    size_t len = strlen(text);
    if (!len || strspn(text, "0123456789") != len || !loop_num_parse(text, len, &x) || x < lo || x > hi)
        return false;
    *out = x;
    return true;
}

static bool want_whole(const char *option, const char *text, double lo, double hi, double *out)
{
    if (read_whole(text, lo, hi, out))
        return true;
    loop_say("loop: --%s takes a whole number from %.0f to %.0f, not '%s'\n", option, lo, hi, text);
    return false;
}

static bool read_setting(LoopArguments *out, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1]) {
        loop_say("loop: -p takes NAME=VALUE, not '%s'\n", text);
        return false;
    }
    if (out->setting_count == LOOP_SETTINGS_MAX) {
        loop_say("loop: more than %d settings\n", LOOP_SETTINGS_MAX);
        return false;
    }
    out->settings[out->setting_count++] = (LoopSetting){.name = {text, (size_t)(equals - text)}, .value = loop_str(equals + 1)};
    return true;
}

static bool read_split(const char *value, LoopSplitting *split)
{
    static const char *const names[] = {
        [LOOP_SPLIT_AUTO] = "auto", [LOOP_SPLIT_NONE] = "none", [LOOP_SPLIT_PARTS] = "parts", [LOOP_SPLIT_LANES] = "lanes"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(value, names[i]) == 0) {
            *split = (LoopSplitting)i;
            return true;
        }
    loop_say("loop: --split takes auto, none, parts or lanes, not '%s'\n", value);
    return false;
}

static bool take_option(const LoopOption *option, const char *value, LoopArguments *out)
{
    double n;
    if (strcmp(option->name, "param") == 0)
        return read_setting(out, value);
    if (strcmp(option->name, "seed") == 0) {
        out->has_seed = want_whole(option->name, value, 0, 9007199254740991.0, &n);
        out->seed = out->has_seed ? (uint64_t)n : 0;
        return out->has_seed;
    }
    if (strcmp(option->name, "agents") == 0)
        return want_whole(option->name, value, 1, 1e8, &n) && (out->agents = (uint32_t)n) != 0;
    if (strcmp(option->name, "jobs") == 0)
        return want_whole(option->name, value, 1, 256, &n) && (out->threads = (uint32_t)n) != 0;
    if (strcmp(option->name, "lanes") == 0)
        return want_whole(option->name, value, 1, 65536, &n) && (out->lanes = (uint32_t)n) != 0;
    if (strcmp(option->name, "precision") == 0) {
        if (strcmp(value, "double") != 0 && strcmp(value, "single") != 0) {
            loop_say("loop: --precision takes double or single, not '%s'\n", value);
            return false;
        }
        out->single = strcmp(value, "single") == 0;
        return true;
    }
    if (strcmp(option->name, "split") == 0)
        return read_split(value, &out->split);
    if (strcmp(option->name, "engine") == 0)
        out->engine = value;
    else if (strcmp(option->name, "output") == 0)
        out->output = value;
    else if (strcmp(option->name, "allow-extern") == 0)
        out->allow_extern = true;
    else if (strcmp(option->name, "each-agent") == 0)
        out->each_agent = true;
    else if (strcmp(option->name, "quiet") == 0)
        out->quiet = true;
    else if (strcmp(option->name, "json") == 0)
        out->json = true;
    else if (strcmp(option->name, "markdown") == 0)
        out->markdown = true;
    else if (strcmp(option->name, "diagnostics") == 0) {
        if (strcmp(value, "json") != 0 && strcmp(value, "text") != 0) {
            loop_say("loop: --diagnostics takes text or json, not '%s'\n", value);
            return false;
        }
        out->json_diagnostics = strcmp(value, "json") == 0;
    } else if (out->mode && strcmp(out->mode, option->name) != 0) {
        loop_say("loop: it is --%s or --%s, not both\n", out->mode, option->name);
        return false;
    } else
        out->mode = option->name;
    return true;
}

/* Names that options have in other programs. */
static const struct {
    const char *theirs, *ours;
} synonyms[] = {{"threads", "jobs"}, {"cores", "jobs"}, {"workers", "jobs"}, {"nproc", "jobs"}, {"out", "output"}, {"csv", "output"},
                {"save", "output"}, {"dir", "output"}, {"n", "agents"}, {"runs", "agents"}, {"subjects", "agents"}, {"set", "param"},
                {"define", "param"}, {"silent", "quiet"}, {"float", "precision"}, {"random-seed", "seed"}};

static bool has_option(const LoopCommand *command, const char *name)
{
    for (const LoopOption *o = command->options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

/* Whether there are several options that begin as `name` does, which is said. */
static bool is_short_for_several(const LoopCommand *command, LoopStr name)
{
    LoopText names = {0};
    int count = 0;
    for (const LoopOption *o = command->options; name.len && o->name; o++)
        if (strncmp(o->name, name.at, name.len) == 0)
            loop_text_add(&names, "%s--%s", count++ ? " or " : "", o->name);
    if (count > 1)
        loop_say("loop %s: '--%.*s' may be %s\n", command->name, LOOP_STR_ARGS(name), names.at ? names.at : "several");
    loop_text_free(&names);
    return count > 1;
}

static void unknown_option(const LoopCommand *command, const char *word)
{
    LoopStr name = loop_str(word);
    LoopStr best = {"", 0};
    size_t limit = 3;
    while (name.len && *name.at == '-')
        name = (LoopStr){name.at + 1, name.len - 1};
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] == '=')
            name.len = i;
    if (word[1] == '-' && is_short_for_several(command, name))
        return;
    for (const LoopOption *o = command->options; o->name; o++) {
        size_t distance = loop_edit_distance(name, loop_str(o->name), limit);
        if (distance < limit && name.len > 2) {
            best = loop_str(o->name);
            limit = distance;
        }
    }
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++)
        if (loop_str_is(name, synonyms[i].theirs) && has_option(command, synonyms[i].ours))
            best = loop_str(synonyms[i].ours);
    loop_say("loop %s: there is no option '%s'\n", command->name, word);
    if (loop_str_is(name, "plot"))
        loop_say("The model says what is drawn: plot VTA in train last 20.\n");
    else if (best.len)
        loop_say("Did you mean '--%.*s'?\n", LOOP_STR_ARGS(best));
    else
        loop_say("'loop help %s' lists its options.\n", command->name);
}

static void make_tables(const LoopCommand *command, struct option *longs, char *shorts)
{
    size_t n = 0, s = 0;
    shorts[s++] = ':'; /* tell a missing value from an unknown option */
    for (const LoopOption *o = command->options; o->name; o++, n++) {
        longs[n] = (struct option){o->name, o->takes ? required_argument : no_argument, NULL, o->letter ? o->letter : LONG_ONLY + (int)n};
        if (o->letter) {
            shorts[s++] = (char)o->letter;
            if (o->takes)
                shorts[s++] = ':';
        }
    }
    longs[n] = (struct option){"help", no_argument, NULL, 'h'};
    longs[n + 1] = (struct option){0};
    shorts[s++] = 'h';
    shorts[s] = '\0';
}

static const LoopOption *option_of(const LoopCommand *command, int found)
{
    int n = 0;
    for (const LoopOption *o = command->options; o->name; o++, n++)
        if (found == (o->letter ? o->letter : LONG_ONLY + n))
            return o;
    return NULL;
}

int loop_arguments_read(const LoopCommand *command, int argc, char **argv, LoopArguments *out, bool *help)
{
    struct option longs[OPTIONS_MAX + 2];
    char shorts[3 * OPTIONS_MAX + 4];
    int count = argc > 1 ? argc - 1 : argc, found;
    char **words = argc > 1 ? argv + 1 : argv;
    *out = (LoopArguments){.argc = argc, .argv = argv};
    out->settings = loop_alloc_array(LOOP_SETTINGS_MAX, sizeof *out->settings);
    out->files = loop_alloc_array((size_t)count + 1, sizeof *out->files);
    if (!out->settings || !out->files)
        return loop_say_no_memory();
    make_tables(command, longs, shorts);
    opterr = 0;
    optind = 1;
    while ((found = getopt_long(count, words, shorts, longs, NULL)) != -1) {
        const LoopOption *option = option_of(command, found);
        if (found == 'h') {
            *help = true;
            return LOOP_EXIT_OK;
        }
        if (found == ':') {
            loop_say("loop %s: '%s' needs a value\n", command->name, words[optind - 1]);
            return LOOP_EXIT_USAGE;
        }
        const LoopOption *full = option ? NULL : option_of(command, optopt);
        if (full || (!option && optopt == 'h')) {
            loop_say("loop %s: '--%s' takes no value\n", command->name, full ? full->name : "help");
            return LOOP_EXIT_USAGE;
        }
        if (!option) {
            const char letter[] = {'-', (char)optopt, 0}; /* of several in one word */
            unknown_option(command, optopt ? letter : words[optind - 1]);
            return LOOP_EXIT_USAGE;
        }
        if (!take_option(option, optarg, out))
            return LOOP_EXIT_USAGE;
    }
    for (int i = optind; i < count; i++)
        out->files[out->file_count++] = words[i];
    return LOOP_EXIT_OK;
}

void loop_arguments_free(LoopArguments *arguments)
{
    loop_free(arguments->settings);
    loop_free(arguments->files);
}

void loop_command_usage(const LoopCommand *command, LoopText *out)
{
    loop_text_add(out, "loop %s %s\n\n%s\n", command->name, command->arguments, command->help);
    if (command->options->name)
        loop_text_add(out, "\nOptions:\n");
    for (const LoopOption *o = command->options; o->name; o++) {
        LoopText left = {0};
        loop_text_add(&left, "%s%c%s--%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
                      o->takes ? " " : "", o->takes ? o->takes : "");
        loop_text_add(out, "  %-26s %s\n", left.at ? left.at : "", o->doc);
        out->failed = out->failed || left.failed;
        loop_text_free(&left);
    }
}
