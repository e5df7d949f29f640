/* Diagnostics: what is wrong with a model, where, and what to write instead. A stage adds them; `cli/` prints
   them. They own copies of their text, so they outlive the stage. */
#ifndef LOOP_DIAG_H
#define LOOP_DIAG_H

#include "runtime/contract/base.h"

/* Bytes [begin, end) of source `file`; columns are worked out only when shown. */
typedef struct LoopSpan {
    uint32_t begin, end, file;
} LoopSpan;

#define LOOP_NO_SPAN ((LoopSpan){0, 0, UINT32_MAX})

/* The span from the start of `a` to the end of `b`. */
static inline LoopSpan loop_span_join(LoopSpan a, LoopSpan b)
{
    return (LoopSpan){a.begin, b.end, a.file};
}

typedef enum LoopSeverity { LOOP_WARNING, LOOP_ERROR } LoopSeverity;

typedef enum LoopCode {
#define DIAG(code, severity, title, why, wrong, right) LOOP_##code,
#include "runtime/contract/diag.def"
#undef DIAG
    LOOP_CODE_COUNT
} LoopCode;

/* One row of diag.def: the page that `loop explain CODE` prints. */
typedef struct LoopCodeInfo {
    const char *name;  /* "E0301" */
    LoopSeverity severity;
    const char *title; /* the rule in one line */
    const char *why;
    const char *wrong, *right; /* a model that meets it, and one that does not; "" where no text can */
} LoopCodeInfo;

const LoopCodeInfo *loop_code_info(LoopCode code);
/* Looks a code up by name, e.g. "E0301"; false when there is none. */
bool loop_code_find(LoopStr name, LoopCode *code);

enum { LOOP_NOTES_MAX = 3, LOOP_DIAGS_MAX = 20, LOOP_MADE_MAX = 4 };

typedef struct LoopNote {
    LoopSpan span; /* LOOP_NO_SPAN: no place */
    LoopStr text;
} LoopNote;

typedef struct LoopDiag {
    LoopCode code;
    LoopSpan span;
    LoopStr text;
    LoopNote notes[LOOP_NOTES_MAX];
    size_t note_count;
    LoopNote made[LOOP_MADE_MAX]; /* the instances in which it was found, from the inside out */
    size_t made_count;
    LoopStr help; /* empty: none */
} LoopDiag;

/* A text that spans point into. `text` has `len` bytes. Borrowed from the arena of the diagnostics. */
typedef struct LoopSource {
    LoopStr name, text;
} LoopSource;

typedef struct LoopDiags LoopDiags;
LoopDiags *loop_diags_new(void);
void loop_diags_free(LoopDiags *diags);

/* Takes a copy of `name` and `text`; the number returned goes into LoopSpan.file. UINT32_MAX: no memory. */
uint32_t loop_diags_source(LoopDiags *diags, LoopStr name, LoopStr text);
const LoopSource *loop_diags_source_at(const LoopDiags *diags, uint32_t file);
/* The text of a source that a span covers; empty where there is none. */
LoopStr loop_diags_text(const LoopDiags *diags, LoopSpan span);

/* Adds one diagnostic: lower case, no full stop, names in 'quotes'. Past LOOP_DIAGS_MAX errors (or warnings)
   it is only counted. Never NULL: when it can't be kept, a scratch diagnostic is returned. */
__attribute__((format(printf, 4, 5))) LoopDiag *loop_diag(LoopDiags *diags, LoopCode code, LoopSpan span,
                                                          const char *format, ...);
__attribute__((format(printf, 4, 5))) void loop_diag_note(LoopDiags *diags, LoopDiag *diag, LoopSpan span,
                                                          const char *format, ...);
/* A full sentence: what to write instead. */
__attribute__((format(printf, 3, 4))) void loop_diag_help(LoopDiags *diags, LoopDiag *diag, const char *format, ...);

/* What is compiled once for each place that makes it: a diagnostic in there is noted with the place, and one that lies in
   the making itself with what is made. */
typedef struct LoopInside {
    LoopSpan making, made; /* the statement; the name of what it makes */
    LoopStr making_text, made_text;
    const struct LoopInside *outer;
} LoopInside;
/* From now on diagnostics are found in there (NULL: nowhere of that kind); `inside` is borrowed. Of several that say the
   same of one place, for one instance after the other, the first is kept. */
void loop_diags_inside(LoopDiags *diags, const LoopInside *inside);

size_t loop_diags_errors(const LoopDiags *diags);   /* all, kept or not */
size_t loop_diags_warnings(const LoopDiags *diags);
size_t loop_diags_count(const LoopDiags *diags);    /* kept */
const LoopDiag *loop_diags_at(const LoopDiags *diags, size_t i);
/* Puts them in source order (file, then byte); equal places keep the order they were found in. */
void loop_diags_sort(LoopDiags *diags);
/* Takes back what was added since the mark. */
typedef struct LoopDiagsMark {
    size_t items, errors, warnings;
} LoopDiagsMark;
LoopDiagsMark loop_diags_mark(const LoopDiags *diags);
void loop_diags_rewind(LoopDiags *diags, LoopDiagsMark mark);
/* Memory ran out: what is kept may be incomplete. */
bool loop_diags_failed(const LoopDiags *diags);
void loop_diags_fail(LoopDiags *diags);

typedef struct LoopPlace {
    uint32_t line, column; /* from 1; columns count code points */
} LoopPlace;
LoopPlace loop_diags_place(const LoopDiags *diags, LoopSpan span);

/* The diagnostics as text for people (`colour`: ANSI) or one JSON object a line. Control bytes are escaped. */
typedef enum LoopDiagStyle { LOOP_DIAG_PLAIN, LOOP_DIAG_COLOUR, LOOP_DIAG_JSON } LoopDiagStyle;
void loop_diags_print(const LoopDiags *diags, LoopDiagStyle style, LoopText *out);

#endif
