/* The stages in their order. */
#include "lang/loop.h"

#include "lang/lower/lower.h"
#include "lang/syntax/import.h"
#include "lang/syntax/parse.h"
#include "lang/syntax/source.h"

#include <string.h>

static LoopStatus status_of(const LoopCompiled *c)
{
    return loop_diags_failed(c->diags) ? LOOP_NO_MEMORY : loop_diags_errors(c->diags) ? LOOP_ERRORS : LOOP_OK;
}

/* `path`: where it was read from; NULL when it has none, and so no files beside it. */
static LoopStatus run_stages(LoopCompiled *c, const char *path, LoopStage last, LoopSetting *settings, size_t setting_count)
{
    if (last >= LOOP_STAGE_PARSE) {
        c->arena = loop_arena_new();
        c->ast = c->arena ? loop_parse(c->arena, c->diags, c->file) : NULL;
        if (!c->arena)
            loop_diags_fail(c->diags);
    }
    if (last >= LOOP_STAGE_CHECK && status_of(c) == LOOP_OK)
        c->files = loop_import(c->arena, c->diags, c->file, c->ast, path);
    if (last >= LOOP_STAGE_CHECK && status_of(c) == LOOP_OK)
        c->model = loop_check(c->files, settings, setting_count, c->diags);
    if (last >= LOOP_STAGE_LOWER && status_of(c) == LOOP_OK)
        c->program = loop_lower(c->model, c->diags);
    return status_of(c);
}

static LoopStatus read_status(LoopReadStatus status)
{
    switch (status) {
    case LOOP_READ_OK:
        return LOOP_OK;
    case LOOP_READ_BAD:
        return LOOP_ERRORS;
    case LOOP_READ_IO:
        return LOOP_IO;
    case LOOP_READ_MEMORY:
        break;
    }
    return LOOP_NO_MEMORY;
}

LoopStatus loop_compile(LoopCompiled *out, const char *path, LoopStage last, LoopSetting *settings, size_t setting_count)
{
    *out = (LoopCompiled){.diags = loop_diags_new()};
    if (!out->diags)
        return LOOP_NO_MEMORY;
    LoopStatus status = read_status(loop_source_read(out->diags, path, &out->file));
    return status == LOOP_OK ? run_stages(out, strcmp(path, "-") == 0 ? NULL : path, last, settings, setting_count) : status;
}

LoopStatus loop_compile_text(LoopCompiled *out, LoopStr name, LoopStr text, LoopStage last, LoopSetting *settings,
                             size_t setting_count)
{
    *out = (LoopCompiled){.diags = loop_diags_new()};
    if (!out->diags)
        return LOOP_NO_MEMORY;
    LoopStatus status = read_status(loop_source_text(out->diags, name, text, &out->file));
    return status == LOOP_OK ? run_stages(out, NULL, last, settings, setting_count) : status;
}

void loop_compiled_forget(LoopCompiled *compiled)
{
    if (compiled->model)
        loop_arena_free(compiled->model->arena);
    loop_arena_free(compiled->arena);
    compiled->arena = NULL;
    compiled->ast = NULL;
    compiled->files = NULL;
    compiled->model = NULL;
}

void loop_compiled_free(LoopCompiled *compiled)
{
    loop_program_free(compiled->program);
    loop_compiled_forget(compiled);
    loop_diags_free(compiled->diags);
    *compiled = (LoopCompiled){0};
}
