/* The grammar: each action makes one node (or adds one to a list), all of them in the parse's arena. */
%require "3.8"
%define api.pure full
%define api.prefix {loop_yy}
%define api.token.prefix {TOK_}
%define api.location.type {LoopSpan}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {LoopParse *p}
%code requires {
#include "lang/syntax/tokens.h"
}
%code {
#define YYMALLOC loop_alloc
#define YYFREE loop_free
#define YYMAXDEPTH 2000
#define YYINITIAL_SPAN ((LoopSpan){0, 0, p->file})
#define YYLLOC_DEFAULT(now, rhs, n) \
    ((now) = (n) ? loop_span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) \
                 : (LoopSpan){YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).file})

#define MAKE(lhs, call) do { if (((lhs) = (call)) == NULL) YYABORT; } while (0)
#define KIDS(...) (LoopAst *[]){__VA_ARGS__}, sizeof((LoopAst *[]){__VA_ARGS__}) / sizeof(LoopAst *)
#define LEAF(kind, span, name) loop_ast_make(p, LOOP_AST_##kind, span, name, NULL, 0)
#define NODE(kind, span, name, ...) loop_ast_make(p, LOOP_AST_##kind, span, name, KIDS(__VA_ARGS__))
#define DECLARE(kind, span, word, name, ...) loop_ast_declare(p, LOOP_AST_##kind, span, word, name, KIDS(__VA_ARGS__))
#define FLAT(kind, span, left, link, right) loop_ast_flat(p, LOOP_AST_##kind, span, left, LOOP_AST_##link, right)
#define EMPTY(span) LEAF(BUNDLE, span, NULL)

/* Behind a statement with an error: on with the next one. The token that was in the way goes, unless it ends the
   statement (but goes if it was in the way before). At the end of the file there is no next one, and bison gives up by
   itself. */
#define RECOVER do { \
        if (yychar == TOK_END_OF_FILE) break; \
        yyerrok; \
        if ((yychar != TOK_END && yychar != '}') || p->recovered_at == yylloc.begin) yyclearin; \
        p->recovered_at = yylloc.begin; \
    } while (0)

static int loop_yylex(LOOP_YYSTYPE *value, LoopSpan *span, LoopParse *p);
static void loop_yyerror(const LoopSpan *span, LoopParse *p, const char *message);
}
%initial-action { @$ = YYINITIAL_SPAN; }

%union {
    LoopToken token;
    LoopAst *node;
}

%token END_OF_FILE 0 "the end of the file"
%token BAD "a bad token" NEWLINE "a line end" DOC "a comment" END "the end of the statement"
%token <token> NAME "a name" NUMBER "a number" DURATION "a duration" PERCENT "a percentage" STRING "a text in quotes"
%token <token> IN "'in'" AT "'at'" FOR "'for'" WITH "'with'" FROM "'from'" TO "'to'" OF "'of'" WHEN "'when'" NEXT "'next'"
%token <token> UNTIL "'until'" LIKE "'like'" AS "'as'" BY "'by'" WITHIN "'within'" IF "'if'" THEN "'then'" ELSE "'else'"
%token <token> AND "'and'" OR "'or'" NOT "'not'" IN_LIST "'in ['"
%token <token> ARROW "'->'" EQ "'=='" NE "'!='" LE "'<='" GE "'>='"
%token <token> LANGUAGE "'language'" MODEL "'model'" SOURCE "'source'" USE "'use'" STEP "'step'" CONST "'const'" PARAM "'param'"
%token <token> SENSE "'sense'" STRUCTURE "'structure'" REGION "'region'" LET "'let'" FN "'fn'" BODY "'body'" WORLD "'world'"
%token <token> HYPOTHALAMUS "'hypothalamus'" LOOP "'loop'" DOPAMINE "'dopamine'" TASK "'task'" GROUP "'group'" RUN "'run'"
%token <token> MEASURE "'measure'" EXPECT "'expect'" RECORD "'record'" PLOT "'plot'" CIRCUIT "'circuit'" MAKE "'make'"
%token <token> EXTERN "'extern'" STATE "'state'" REWARD "'reward'" LOCAL "'local'" TRUTH "'truth'"
%token <token> PATH "'path'" CONTEXT "'context'" WIRING "'wiring'" CONVERGE "'converge'" UPSTATE "'upstate'"
%token <token> PROPOSE "'propose'" BIAS "'bias'" SELECT "'select'" EXPLORE "'explore'" OVERRIDE "'override'" LEARN "'learn'"
%token <token> CREDIT "'credit'" WEIGHTS "'weights'" BOUNDS "'bounds'" TRIAL "'trial'" BETWEEN "'between'" PHASE "'phase'"
%token <token> NO "'no'" PREDICT "'predict'" CHOOSE "'choose'" VARY "'vary'" DISCOUNT "'discount'" AHEAD "'ahead'"
%token <token> AGENTS "'agents'" SEED "'seed'" PICK "'first', 'last' or 'trial'" BLOCK "'block'"

%type <token> less_or_more equal_or_not relation
%type <node> file file_items file_item declaration more_source
%type <node> senses sense size size_opt expr_opt kind_opt text_opt formals_opt formals formal
%type <node> inner_items inner_item inner state_from
%type <node> loop_head loop_items loop_item clause horizon contexts when_opt learn_items learn_item
%type <node> names name path targets_opt targets
%type <node> task_items task_item trial_like duration_opt trial_block_opt trial_items trial_item event target at for_opt with_chance_opt
%type <node> mix mix_items mix_item phase_of groups phase_tails until with
%type <node> manipulations manipulation manipulation_when group_block_opt group_items group_item with_opt
%type <node> run_parts run_length run_seed
%type <node> place place_opt place_in place_of phase_ref pick_opt place_in_opt place_of_opt
%type <node> condition chain part tails tail for_agents_opt
%type <node> signals phases_opt phases of_opt
%type <node> make_items_opt make_items make_item extern_items extern_item results result
%type <node> expr or_expr and_expr not_expr comparison sum term factor power primary exprs arguments argument_list argument

%%

file: file_items                        { p->root = $1; }
    ;

file_items: file_item                   { MAKE($$, NODE(FILE, @$, NULL, $1)); }
    | file_items END file_item          { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;

file_item: %empty                       { $$ = NULL; }
    | declaration                       { $$ = $1; }
    | error                             { $$ = NULL; RECOVER; }
    ;

/* ---- declarations ---- */

declaration: LANGUAGE NUMBER[n]                     { MAKE($$, LEAF(LANGUAGE, @$, &$n)); }
    | MODEL[w] NAME[n]                              { MAKE($$, DECLARE(MODEL, @$, &$w, &$n, NULL)); }
    | SOURCE STRING[t] more_source[m]               { MAKE($$, NODE(BUNDLE, @$, NULL, loop_ast_make(p, LOOP_AST_SOURCE, @t, &$t, NULL, 0), $m)); }
    | USE path[f]                                   { MAKE($$, NODE(USE, @$, NULL, $f)); }
    | USE path[f] AS NAME[n]                        { MAKE($$, NODE(USE, @$, NULL, $f, LEAF(AS, @n, &$n))); }
    | USE STRING[t]                                 { MAKE($$, NODE(USE, @$, NULL, LEAF(STRING, @t, &$t))); }
    | USE STRING[t] AS NAME[n]                      { MAKE($$, NODE(USE, @$, NULL, LEAF(STRING, @t, &$t), LEAF(AS, @n, &$n))); }
    | STEP expr[e]                                  { MAKE($$, NODE(STEP, @$, NULL, $e)); }
    | CONST[w] NAME[n] '=' expr[e]                  { MAKE($$, DECLARE(CONST, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | PARAM[w] NAME[n] '=' sum[e]                   { MAKE($$, DECLARE(PARAM, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | PARAM[w] NAME[n] '=' sum[e] IN_LIST[r] sum[lo] ',' sum[hi] ']'
        { MAKE($$, DECLARE(PARAM, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e), NODE(RANGE, loop_span_join(@r, @hi), NULL, $lo, $hi))); }
    | SENSE[w] senses[s]                            { MAKE($$, loop_ast_document(p, $s, &$w)); }
    | STRUCTURE[w] NAME[n] ':' path[k] text_opt[t]  { MAKE($$, DECLARE(STRUCTURE, @$, &$w, &$n, NODE(KIND, @k, NULL, $k), $t)); }
    | REGION[w] NAME[n] size_opt[s] kind_opt[k] expr_opt[e]
        { MAKE($$, DECLARE(REGION, @$, &$w, &$n, $s, $k, $e)); }
    | LET[w] NAME[n] '=' expr[e]                    { MAKE($$, DECLARE(LET, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | FN[w] NAME[n] '(' formals_opt[f] ')' '=' expr[e]
        { MAKE($$, DECLARE(FN, @$, &$w, &$n, $f, NODE(EXPR, @e, NULL, $e))); }
    | BODY[w] '{' inner_items[i] '}'                { MAKE($$, DECLARE(BODY, @$, &$w, NULL, $i)); }
    | WORLD[w] '{' inner_items[i] '}'               { MAKE($$, DECLARE(WORLD, @$, &$w, NULL, $i)); }
    | HYPOTHALAMUS[w] '{' inner_items[i] '}'        { MAKE($$, DECLARE(HYPOTHALAMUS, @$, &$w, NULL, $i)); }
    | LOOP[w] NAME[n] size_opt[s] ':' loop_head[h] '{' loop_items[i] '}'
        { MAKE($$, DECLARE(LOOP, @$, &$w, &$n, $s, $h, $i)); }
    | DOPAMINE[w] path[n] targets_opt[t] '=' expr[e]
        { MAKE($$, DECLARE(DOPAMINE, @$, &$w, NULL, $n, $t, NODE(EXPR, @e, NULL, $e))); }
    | TASK[w] '{' task_items[i] '}'                 { MAKE($$, DECLARE(TASK, @$, &$w, NULL, $i)); }
    | GROUP[w] NAME[n] group_block_opt[b] with_opt[m]
        { MAKE($$, DECLARE(GROUP, @$, &$w, &$n, $b, $m)); }
    | RUN run_parts[r]                              { MAKE($$, NODE(RUN, @$, NULL, $r)); }
    | MEASURE[w] NAME[n] '=' expr[e] place_opt[l]   { MAKE($$, DECLARE(MEASURE, @$, &$w, &$n, $e, $l)); }
    | EXPECT[w] text_opt[t] condition[c] for_agents_opt[f]
        { MAKE($$, DECLARE(EXPECT, @$, &$w, NULL, $t, $c, $f)); }
    | RECORD[w] signals[s] phases_opt[i] of_opt[g]  { MAKE($$, DECLARE(RECORD, @$, &$w, NULL, $s, $i, $g)); }
    | PLOT[w] signals[s] phases_opt[i] of_opt[g]    { MAKE($$, DECLARE(PLOT, @$, &$w, NULL, $s, $i, $g)); }
    | CIRCUIT[w] NAME[n] '(' formals_opt[f] ')' '{' file_items[i] '}'
        { MAKE($$, DECLARE(CIRCUIT, @$, &$w, &$n, $f, loop_ast_as(p, $i, LOOP_AST_BUNDLE))); }
    | MAKE[w] NAME[n] '=' path[c] '(' make_items_opt[i] ')'
        { MAKE($$, DECLARE(MAKE, @$, &$w, &$n, NODE(KIND, @c, NULL, $c), $i)); }
    | EXTERN[w] STRING[t] '{' extern_items[i] '}'   { MAKE($$, DECLARE(EXTERN, @$, &$w, &$t, $i)); }
    ;

more_source: %empty                     { $$ = NULL; }
    | more_source ',' STRING[t]         { MAKE($$, NODE(BUNDLE, @$, NULL, $1, LEAF(SOURCE, @t, &$t))); }
    ;

senses: sense                           { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | senses ',' sense                  { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
sense: NAME[n] size_opt[s] expr_opt[e]  { MAKE($$, NODE(SENSE, @$, &$n, $s, $e)); }
    ;

size: '[' exprs ']'                     { MAKE($$, NODE(SIZE, @$, NULL, $2)); }
    ;
size_opt: %empty                        { $$ = NULL; }
    | size                              { $$ = $1; }
    ;
expr_opt: %empty                        { $$ = NULL; }
    | '=' expr                          { MAKE($$, NODE(EXPR, @2, NULL, $2)); }
    ;
kind_opt: %empty                        { $$ = NULL; }
    | ':' path                          { MAKE($$, NODE(KIND, @2, NULL, $2)); }
    ;
text_opt: %empty                        { $$ = NULL; }
    | STRING[t]                         { MAKE($$, LEAF(STRING, @$, &$t)); }
    ;

formals_opt: %empty                     { $$ = NULL; }
    | formals                           { $$ = $1; }
    ;
formals: formal                         { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | formals ',' formal                { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
formal: NAME[n] expr_opt[e]             { MAKE($$, NODE(FORMAL, @$, &$n, $e)); }
    ;

/* ---- body, world, hypothalamus ---- */

inner_items: inner_item                 { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | inner_items END inner_item        { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
inner_item: %empty                      { $$ = NULL; }
    | inner                             { $$ = $1; }
    | error                             { $$ = NULL; RECOVER; }
    ;
inner: LET[w] NAME[n] '=' expr[e]       { MAKE($$, DECLARE(LET, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | STATE[w] NAME[n] size_opt[s] state_from[f] NEXT expr[e]
        { MAKE($$, DECLARE(STATE, @$, &$w, &$n, $s, $f, NODE(NEXT, @e, NULL, $e))); }
    | REWARD[w] NAME[n] '=' expr[e]     { MAKE($$, DECLARE(REWARD, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | LOCAL[w] REWARD NAME[n] '=' expr[e]
        { MAKE($$, DECLARE(LOCAL_REWARD, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | TRUTH[w] NAME[n] size_opt[s] '=' expr[e]
        { MAKE($$, DECLARE(TRUTH, @$, &$w, &$n, $s, NODE(EXPR, @e, NULL, $e))); }
    ;
state_from: FROM expr                   { MAKE($$, NODE(FROM, @2, NULL, $2)); }
    ;

/* ---- loops ---- */

loop_head: PREDICT name[t] horizon[h]   { MAKE($$, NODE(PREDICT, @$, NULL, $t, $h)); }
    | CHOOSE size[s]                    { MAKE($$, NODE(CHOOSE, @$, NULL, $s)); }
    | VARY size[s]                      { MAKE($$, NODE(VARY, @$, NULL, $s)); }
    ;
horizon: DISCOUNT expr                  { MAKE($$, NODE(DISCOUNT, @$, NULL, $2)); }
    | AHEAD expr                        { MAKE($$, NODE(AHEAD, @$, NULL, $2)); }
    | WITHIN expr                       { MAKE($$, NODE(WITHIN, @$, NULL, $2)); }
    ;
loop_items: loop_item                   { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | loop_items END loop_item          { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
loop_item: %empty                       { $$ = NULL; }
    | clause                            { $$ = $1; }
    | error                             { $$ = NULL; RECOVER; }
    ;
clause: PATH names[n]                   { MAKE($$, NODE(PATH, @$, NULL, $n)); }
    | CONTEXT contexts[c]               { MAKE($$, NODE(CONTEXT, @$, NULL, $c)); }
    | WIRING NAME[n]                    { MAKE($$, LEAF(WIRING, @$, &$n)); }
    | WIRING NAME[n] expr[e]            { MAKE($$, NODE(WIRING, @$, &$n, $e)); }
    | CONVERGE sum[a] ':' sum[b]        { MAKE($$, NODE(CONVERGE, @$, NULL, $a, $b)); }
    | UPSTATE expr                      { MAKE($$, NODE(UPSTATE, @$, NULL, $2)); }
    | PROPOSE expr                      { MAKE($$, NODE(PROPOSE, @$, NULL, $2)); }
    | BIAS expr                         { MAKE($$, NODE(BIAS, @$, NULL, $2)); }
    | SELECT exprs[e] when_opt[w]       { MAKE($$, NODE(SELECT, @$, NULL, $e, $w)); }
    | SELECT WHEN expr[e]               { MAKE($$, NODE(SELECT, @$, NULL, NODE(WHEN, @e, NULL, $e))); }
    | EXPLORE expr                      { MAKE($$, NODE(EXPLORE, @$, NULL, $2)); }
    | OVERRIDE expr                     { MAKE($$, NODE(OVERRIDE, @$, NULL, $2)); }
    | LEARN learn_items[l]              { MAKE($$, NODE(LEARN, @$, NULL, $l)); }
    | CREDIT expr                       { MAKE($$, NODE(CREDIT, @$, NULL, $2)); }
    | WEIGHTS expr                      { MAKE($$, NODE(WEIGHTS, @$, NULL, $2)); }
    | BOUNDS '[' expr[a] ',' expr[b] ']' { MAKE($$, NODE(BOUNDS, @$, NULL, $a, $b)); }
    | LET[w] NAME[n] '=' expr[e]        { MAKE($$, DECLARE(LET, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    ;
contexts: exprs                         { $$ = $1; }
    ;
when_opt: %empty                        { $$ = NULL; }
    | WHEN expr                         { MAKE($$, NODE(WHEN, @$, NULL, $2)); }
    ;
learn_items: learn_item                 { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | learn_items ',' learn_item        { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
learn_item: NAME[n]                     { MAKE($$, LEAF(SETTING, @$, &$n)); }
    | NAME[n] expr[e]                   { MAKE($$, NODE(SETTING, @$, &$n, $e)); }
    ;
names: name                             { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | names ARROW name                  { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
/* a name with fields and indices */
name: NAME[n]                           { MAKE($$, LEAF(NAME, @$, &$n)); }
    | name '.' NAME[n]                  { MAKE($$, NODE(FIELD, @$, &$n, $1)); }
    | name '[' expr ']'                 { MAKE($$, NODE(INDEX, @$, NULL, $1, $3)); }
    ;
/* one dotted name, as a single text */
path: NAME[n]                           { MAKE($$, LEAF(WHOLE, @$, &$n)); }
    | path '.' NAME[n]                  { MAKE($$, loop_ast_lengthen(p, $1, @n)); }
    ;
targets_opt: %empty                     { $$ = NULL; }
    | ARROW targets                     { $$ = $2; }
    ;
targets: path                           { MAKE($$, NODE(BUNDLE, @$, NULL, NODE(TARGET, @$, NULL, $1))); }
    | targets ',' path                  { MAKE($$, loop_ast_add(p, $1, NODE(TARGET, @3, NULL, $3))); }
    ;

/* ---- task ---- */

task_items: task_item                   { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | task_items END task_item          { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
task_item: %empty                       { $$ = NULL; }
    | error                             { $$ = NULL; RECOVER; }
    | LET[w] NAME[n] '=' expr[e]        { MAKE($$, DECLARE(LET, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    | TRIAL[w] NAME[n] trial_like[l] duration_opt[d] trial_block_opt[b]
        { MAKE($$, DECLARE(TRIAL, @$, &$w, &$n, $l, $d, $b)); }
    | BETWEEN expr                      { MAKE($$, NODE(BETWEEN, @$, NULL, $2)); }
    | PHASE[w] NAME[n] phase_of[o] '=' mix[m] phase_tails[t]
        { MAKE($$, DECLARE(PHASE, @$, &$w, &$n, $o, $m, $t)); }
    ;
trial_like: %empty                      { $$ = NULL; }
    | LIKE NAME[n]                      { MAKE($$, LEAF(LIKE, @$, &$n)); }
    ;
duration_opt: %empty                    { $$ = NULL; }
    | sum                               { MAKE($$, NODE(DURATION_OF, @$, NULL, $1)); }
    ;
trial_block_opt: %empty                 { $$ = NULL; }
    | '{' trial_items '}'               { $$ = $2; }
    ;
trial_items: trial_item                 { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | trial_items END trial_item        { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
trial_item: %empty                      { $$ = NULL; }
    | error                             { $$ = NULL; RECOVER; }
    | event                             { $$ = $1; }
    | NO target                         { MAKE($$, NODE(NO, @$, NULL, $2)); }
    | LET[w] NAME[n] '=' expr[e]        { MAKE($$, DECLARE(LET, @$, &$w, &$n, NODE(EXPR, @e, NULL, $e))); }
    ;
event: target[s] at[m] for_opt[d] expr_opt[e] with_chance_opt[c]
        { MAKE($$, NODE(EVENT, @$, NULL, $s, $m, $d, $e, $c)); }
    ;
target: name                            { $$ = $1; }
    ;
at: AT sum                              { MAKE($$, NODE(AT, @$, NULL, $2)); }
    ;
for_opt: %empty                         { $$ = NULL; }
    | FOR sum                           { MAKE($$, NODE(FOR, @$, NULL, $2)); }
    ;
with_chance_opt: %empty                 { $$ = NULL; }
    | WITH expr                         { MAKE($$, NODE(WITH, @$, NULL, $2)); }
    ;

phase_of: %empty                        { $$ = NULL; }
    | OF groups                         { $$ = $2; }
    ;
groups: NAME[n]                         { MAKE($$, NODE(BUNDLE, @$, NULL, LEAF(OF, @n, &$n))); }
    | groups ',' NAME[n]                { MAKE($$, loop_ast_add(p, $1, LEAF(OF, @n, &$n))); }
    ;
mix: sum[n] NAME[t]                     { MAKE($$, NODE(MIX, @$, NULL, $n, LEAF(ITEM, @t, &$t))); }
    | sum[n] OF NAME[k] '(' mix_items[i] ')' { MAKE($$, NODE(MIX, @$, &$k, $n, $i)); }
    ;
mix_items: mix_item                     { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | mix_items ',' mix_item            { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
mix_item: NAME[t]                       { MAKE($$, LEAF(ITEM, @$, &$t)); }
    | sum[n] NAME[t]                    { MAKE($$, NODE(ITEM, @$, &$t, $n)); }
    ;
phase_tails: %empty                     { $$ = NULL; }
    | until                             { $$ = $1; }
    | with                              { $$ = $1; }
    | until with                        { MAKE($$, NODE(BUNDLE, @$, NULL, $1, $2)); }
    | with until                        { MAKE($$, NODE(BUNDLE, @$, NULL, $1, $2)); }
    ;
until: UNTIL condition                  { MAKE($$, NODE(UNTIL, @$, NULL, $2)); }
    ;
with: WITH manipulations                { MAKE($$, NODE(WITH, @$, NULL, $2)); }
    ;
manipulations: manipulation             { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | manipulations ',' manipulation    { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
manipulation: NAME[n] '(' exprs[e] manipulation_when[w] ')'
        { MAKE($$, NODE(MANIPULATION, @$, &$n, $e, $w)); }
    ;
manipulation_when: %empty               { $$ = NULL; }
    | at[m] for_opt[d]                  { MAKE($$, NODE(BUNDLE, @$, NULL, $m, $d)); }
    ;

/* ---- groups, run ---- */

group_block_opt: %empty                 { $$ = NULL; }
    | '{' group_items '}'               { $$ = $2; }
    ;
group_items: group_item                 { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | group_items END group_item        { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
group_item: %empty                      { $$ = NULL; }
    | error                             { $$ = NULL; RECOVER; }
    | path[n] '=' expr[e]               { MAKE($$, NODE(SETTING, @$, NULL, $n, $e)); }
    ;
with_opt: %empty                        { $$ = NULL; }
    | with                              { $$ = $1; }
    ;
run_parts: run_length                   { $$ = $1; }
    | run_seed                          { $$ = $1; }
    | run_length run_seed               { MAKE($$, NODE(BUNDLE, @$, NULL, $1, $2)); }
    ;
run_length: sum[d]                      { MAKE($$, NODE(SPAN_OF, @$, NULL, $d)); }
    | sum[n] AGENTS                     { MAKE($$, NODE(COUNT, @$, NULL, $n)); }
    | sum[n] AGENTS FOR sum[d]          { MAKE($$, NODE(BUNDLE, @$, NULL, NODE(COUNT, @n, NULL, $n), NODE(SPAN_OF, @d, NULL, $d))); }
    ;
run_seed: SEED sum[n]                   { MAKE($$, NODE(SEED, @$, NULL, $n)); }
    ;

/* ---- measures ---- */

place_opt: %empty                       { $$ = NULL; }
    | place                             { $$ = $1; }
    ;
place: at[m] place_in_opt[i] place_of_opt[g]        { MAKE($$, NODE(PLACE, @$, NULL, $m, $i, $g)); }
    | FROM sum[a] TO sum[b] place_in_opt[i] place_of_opt[g]
        { MAKE($$, NODE(PLACE, @$, NULL, NODE(FROM, @a, NULL, $a), NODE(TO, @b, NULL, $b), $i, $g)); }
    | place_in[i] place_of_opt[g]       { MAKE($$, NODE(PLACE, @$, NULL, $i, $g)); }
    | place_of[g]                       { MAKE($$, NODE(PLACE, @$, NULL, $g)); }
    ;
place_in_opt: %empty                    { $$ = NULL; }
    | place_in                          { $$ = $1; }
    ;
place_in: IN phase_ref                  { $$ = $2; }
    ;
phase_ref: NAME[n] pick_opt[k]          { MAKE($$, NODE(IN, @$, &$n, $k)); }
    | NAME[n] '.' NAME[t] pick_opt[k]   { MAKE($$, NODE(IN, @$, &$n, LEAF(ITEM, @t, &$t), $k)); }
    ;
pick_opt: %empty                        { $$ = NULL; }
    | PICK[w] sum[n]                    { MAKE($$, NODE(PICK, @$, &$w, $n)); }
    | BLOCK[w] sum[i] OF sum[n]         { MAKE($$, NODE(PICK, @$, &$w, $i, NODE(OF, @n, NULL, $n))); }
    ;
place_of_opt: %empty                    { $$ = NULL; }
    | place_of                          { $$ = $1; }
    ;
place_of: OF NAME[n]                    { MAKE($$, LEAF(OF, @$, &$n)); }
    ;

/* What is compared with what is worked out by the length of the chain: see condition.c. */
condition: chain[c] tails[t]            { MAKE($$, loop_ast_condition(p, @$, $c, $t)); }
    ;
chain: part                             { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | chain relation[r] part            { MAKE($$, loop_ast_add(p, $1, NODE(LINK, @3, &$r, $3))); }
    | chain AND[r] part                 { MAKE($$, loop_ast_add(p, $1, NODE(LINK, @3, &$r, $3))); }
    | chain OR[r] part                  { MAKE($$, loop_ast_add(p, $1, NODE(LINK, @3, &$r, $3))); }
    ;
part: sum[e] place_opt[l]               { MAKE($$, NODE(PART, @$, NULL, $e, $l)); }
    | sum[e] IN_LIST exprs[x] ']' place_opt[l]
        { MAKE($$, NODE(PART, @$, NULL, NODE(MEMBER, loop_span_join(@e, @x), NULL, $e, NODE(LIST, @x, NULL, $x)), $l)); }
    | NOT part                          { MAKE($$, loop_ast_negated(p, $2, @$)); }
    | IF expr[c] THEN expr[a] ELSE sum[b] place_opt[l]
        { MAKE($$, NODE(PART, @$, NULL, NODE(IF, loop_span_join(@1, @b), NULL, $c, $a, $b), $l)); }
    ;
relation: less_or_more                  { $$ = $1; }
    | equal_or_not                      { $$ = $1; }
    | '='                               { $$ = (LoopToken){.text = LOOP_STR("="), .span = @$}; }
    ;
less_or_more: '<'                       { $$ = (LoopToken){.text = LOOP_STR("<"), .span = @$}; }
    | '>'                               { $$ = (LoopToken){.text = LOOP_STR(">"), .span = @$}; }
    | LE                                { $$ = $1; }
    | GE                                { $$ = $1; }
    ;
equal_or_not: EQ                        { $$ = $1; }
    | NE                                { $$ = $1; }
    ;
tails: %empty                           { $$ = NULL; }
    | tails tail                        { MAKE($$, NODE(BUNDLE, @$, NULL, $1, $2)); }
    ;
tail: WITHIN sum                        { MAKE($$, NODE(WITHIN, @$, NULL, $2)); }
    | BY sum                            { MAKE($$, NODE(BY, @$, NULL, $2)); }
    ;
for_agents_opt: %empty                  { $$ = NULL; }
    | FOR sum[n] OF NAME[a]             { MAKE($$, NODE(FOR, @$, &$a, $n)); }
    ;

signals: exprs                          { $$ = $1; }
    ;
phases_opt: %empty                      { $$ = NULL; }
    | IN phases                         { $$ = $2; }
    ;
phases: phase_ref                       { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | phases ',' phase_ref              { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
of_opt: %empty                          { $$ = NULL; }
    | place_of                          { $$ = $1; }
    ;

/* ---- reusable parts, foreign code ---- */

make_items_opt: %empty                  { $$ = NULL; }
    | make_items                        { $$ = $1; }
    ;
make_items: make_item                   { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | make_items ',' make_item          { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
make_item: NAME[n] '=' expr[e]          { MAKE($$, NODE(SETTING, @$, &$n, $e)); }
    ;
extern_items: extern_item               { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | extern_items END extern_item      { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
extern_item: %empty                     { $$ = NULL; }
    | error                             { $$ = NULL; RECOVER; }
    | NAME[n] '(' formals_opt[f] ')' ARROW results[r]
        { MAKE($$, NODE(FOREIGN, @$, &$n, $f, $r)); }
    ;
results: result                         { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | results ',' result                { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
result: NAME[n] size_opt[s]             { MAKE($$, NODE(RESULT, @$, &$n, $s)); }
    ;

/* ---- expressions ---- */

expr: or_expr                           { $$ = $1; }
    | IF expr[c] THEN expr[a] ELSE expr[b] { MAKE($$, NODE(IF, @$, NULL, $c, $a, $b)); }
    ;
or_expr: and_expr                       { $$ = $1; }
    | or_expr OR and_expr               { MAKE($$, FLAT(OR, @$, $1, BUNDLE, $3)); }
    ;
and_expr: not_expr                      { $$ = $1; }
    | and_expr AND not_expr             { MAKE($$, FLAT(AND, @$, $1, BUNDLE, $3)); }
    ;
not_expr: comparison                    { $$ = $1; }
    | NOT not_expr                      { MAKE($$, NODE(NOT, @$, NULL, $2)); }
    ;
comparison: sum                         { $$ = $1; }
    | sum[a] less_or_more[r] sum[b]     { MAKE($$, NODE(COMPARE, @$, &$r, $a, $b)); }
    | sum[a] equal_or_not[r] sum[b]     { MAKE($$, NODE(COMPARE, @$, &$r, $a, $b)); }
    | sum[a] IN_LIST exprs[x] ']'       { MAKE($$, NODE(MEMBER, @$, NULL, $a, NODE(LIST, @x, NULL, $x))); }
    ;
sum: term                               { $$ = $1; }
    | sum '+' term                      { MAKE($$, FLAT(SUM, @$, $1, PLUS, $3)); }
    | sum '-' term                      { MAKE($$, FLAT(SUM, @$, $1, MINUS, $3)); }
    ;
term: factor                            { $$ = $1; }
    | term '*' factor                   { MAKE($$, FLAT(PRODUCT, @$, $1, TIMES, $3)); }
    | term '/' factor                   { MAKE($$, FLAT(PRODUCT, @$, $1, OVER, $3)); }
    ;
factor: power                           { $$ = $1; }
    | '-' factor                        { MAKE($$, NODE(NEGATE, @$, NULL, $2)); }
    ;
power: primary                          { $$ = $1; }
    | primary '^' factor                { MAKE($$, NODE(POWER, @$, NULL, $1, $3)); }
    ;
primary: NUMBER[n]                      { MAKE($$, LEAF(NUMBER, @$, &$n)); }
    | DURATION[n]                       { MAKE($$, LEAF(DURATION, @$, &$n)); }
    | PERCENT[n]                        { MAKE($$, LEAF(PERCENT, @$, &$n)); }
    | NAME[n]                           { MAKE($$, LEAF(NAME, @$, &$n)); }
    | primary[a] '.' NAME[n]            { MAKE($$, NODE(FIELD, @$, &$n, $a)); }
    | primary[a] '[' expr[i] ']'        { MAKE($$, NODE(INDEX, @$, NULL, $a, $i)); }
    | primary[a] '(' arguments[x] ')'   { MAKE($$, loop_ast_call(p, @$, $a, $x)); }
    | '(' expr[e] ')'                   { MAKE($$, loop_ast_grouped(p, $e, @$)); }
    | '(' expr[e] place[l] ')'          { MAKE($$, NODE(PLACED, @$, NULL, $e, $l)); }
    | '[' exprs[x] ']'                  { MAKE($$, NODE(LIST, @$, NULL, $x)); }
    | NAME[n] UNTIL '(' condition[c] ')' { MAKE($$, NODE(TRIALS_UNTIL, @$, &$n, $c)); }
    ;
exprs: expr                             { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | exprs ',' expr                    { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
arguments: %empty                       { MAKE($$, EMPTY(@$)); }
    | argument_list                     { $$ = $1; }
    ;
argument_list: argument                 { MAKE($$, NODE(BUNDLE, @$, NULL, $1)); }
    | argument_list ',' argument        { MAKE($$, loop_ast_add(p, $1, $3)); }
    ;
argument: expr                          { $$ = $1; }
    | BY expr                           { MAKE($$, NODE(BY, @$, NULL, $2)); }
    ;
%%

static int loop_yylex(LOOP_YYSTYPE *value, LoopSpan *span, LoopParse *p)
{
    int kind = loop_tokens_next(p, &value->token);
    *span = value->token.span;
    return kind;
}

/* Only called when the parser's own stack is full or has no memory. */
static void loop_yyerror(const LoopSpan *span, LoopParse *p, const char *message)
{
    (void)message;
    if (p->statement_tokens < YYMAXDEPTH / 10)
        loop_diags_fail(p->diags);
    else
        loop_diag(p->diags, LOOP_E0007, *span, "this statement nests too deeply");
}

static int yyreport_syntax_error(const yypcontext_t *context, LoopParse *p)
{
    yysymbol_kind_t expected[LOOP_EXPECTED_MAX + 1];
    const char *names[LOOP_EXPECTED_MAX];
    int token = yypcontext_token(context) == YYSYMBOL_YYEMPTY ? 0 : 1;
    int count = yypcontext_expected_tokens(context, expected, LOOP_EXPECTED_MAX + 1);
    const char *found = token ? yysymbol_name(yypcontext_token(context)) : "";
    bool bad = token && yypcontext_token(context) == YYSYMBOL_BAD;
    if (count < 0)
        loop_diags_fail(p->diags);
    count = count > LOOP_EXPECTED_MAX || count < 0 ? 0 : count;
    for (int i = 0; i < count; i++)
        names[i] = yysymbol_name(expected[i]);
    if (!bad) /* the scanner has said what is wrong with a bad one */
        loop_parse_unexpected(p, *yypcontext_location(context), found, names, (size_t)count);
    loop_tokens_skip(p);
    return 0;
}
