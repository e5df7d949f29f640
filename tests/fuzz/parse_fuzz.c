/* Any bytes: scanned, parsed and printed. */
#include "lang/loop.h"
#include "lang/syntax/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    LoopCompiled compiled;
    LoopText out = {0};
    LoopStatus status = loop_compile_text(&compiled, LOOP_STR("fuzz"), (LoopStr){(const char *)data, size}, LOOP_STAGE_PARSE, NULL, 0);
    if (status == LOOP_OK)
        loop_ast_print(compiled.ast, compiled.diags, &out);
    if (compiled.diags) {
        loop_diags_sort(compiled.diags);
        loop_diags_print(compiled.diags, LOOP_DIAG_PLAIN, &out);
        loop_diags_print(compiled.diags, LOOP_DIAG_JSON, &out);
    }
    loop_text_free(&out);
    loop_compiled_free(&compiled);
    return 0;
}
