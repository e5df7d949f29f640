/* How a statement is written that a token broke off, for the help of a syntax error: one row of a table a form. */
#include "lang/syntax/parse.h"

#include "lang/syntax/tokens.h"
#include "grammar.h"

#include <string.h>

static bool is_one_of(LoopStr text, const char *const *words)
{
    for (; *words; words++)
        if (loop_str_is(text, *words))
            return true;
    return false;
}

enum { CLAIM = -1 }; /* as a statement: expect or measure */

/* How a statement is written that a token broke off: in which statement and block, behind which token, and which token; 0 and NULL
   are any. The first row that fits is taken. */
typedef struct Form {
    int statement;
    LoopBlockKind block;
    int before;
    const char *words; /* with a blank behind each; "name": any name, "number": any number or duration, "": the end of a statement */
    const char *help;
} Form;

static const char LOOP_FORM[] =
    "A loop is written: loop NAME : predict TRUTH discount 0.9 { ... } (or ahead 1 s, within 1 s), or loop NAME : choose [A, B] { ... }";
static const char EVENT_FORM[] = "An event is written: SENSE at 1 s for 500 ms = SIZE with PROBABILITY, of which all behind the time may be left out.";
static const char EVENT_ODDS[] = "An event that comes only sometimes has a probability, which may be 0 or 1: juice at 1 s with prev(act) == left.";
static const char PHASE_FORM[] =
    "A phase is written: phase NAME = 100 TRIAL, or phase NAME = 100 of shuffle(3 TRIAL, 1 OTHER), perhaps with lesion(VS) behind it.";
static const char PHASE_COMMA[] = "Trials of several kinds are a mix: phase NAME = 70 of shuffle(50 TRIAL, 20 OTHER). The time of a manipulation stands behind its value: "
                                  "stimulate(VTA, 0.5 at light).";
static const char PHASE_GROUP[] = "Which groups run a phase stands behind its name: phase NAME of GROUP, OTHER = 100 TRIAL.";
static const char DONE_FORM[] =
    "What is done to the brain stands behind 'with', with commas between: phase probe = 20 TRIAL with lesion(VS), freeze(hope).";
static const char GROUP_FORM[] = "A group is written: group NAME { alpha = 0.5 } with lesion(VS), of which all behind the name may be left out.";
static const char SELECT_FORM[] =
    "A selection is written: select softmax(4) when go; its number stands in parentheses by itself, and both may be left out.";
static const char UNTIL_FORM[] = "The condition stands in parentheses: trials until (VTA at light > 0.5) in train.";
static const char WINDOW_FORM[] = "A window of time is written: from light to juice.";
static const char CLAIM_PLACE[] =
    "Where something is measured is written in this order: VTA at light in train last 20 of GROUP. The trials are last 20, first 20, trial 5, block 1 of 5 or blocks 5.";
static const char PLACES_APART[] = "Put each measured value of a calculation into parentheses: (a at light) - (b at light).";
static const char ONE_PICK[] = "One pick of trials is enough: last 20, first 20, trial 5, block 1 of 5, or blocks 5 for each of them.";
static const char INSIDE_OUT[] =
    "What is measured stands in parentheses of its own: largest((x at light in train)). What is taken over time has its place behind: mean(x) from light to juice in train.";
const char LOOP_TWO_CLAIMS[] =
    "Two bounds are two expectations, one with >, one with <; or one: = 0.8 within 0.1. A comparison that is measured stands in parentheses, on either side: (act == left) at go in train > (act == right) at go in train.";
static const char IF_INSIDE[] = "Inside of a formula it stands in parentheses: 1 - (if CONDITION then A else B).";
static const char ONE_GROUP[] = "A plot or a record is of one group, or of all; write one for each.";
static const char ONE_PLACE[] = "A measure is taken in one phase and of one group, or of all; write one for each.";
static const char CONDITION[] =
    "What is measured under a condition is measured at a let that holds then: let rare_win = go and won and rare, and stay at rare_win in train.";
static const char NO_DASH[] = "A name is made of letters, digits and _: alpha_pos.";
static const char SETTINGS[] = "Each setting stands beside its value, with commas between: learn rate 0.1, trace 0.9.";
static const char SENSE_NAMES[] = "Names stand behind the word, with commas between: sense light, juice.";
static const char TRIAL_FORM[] = "A trial is written: trial NAME 4 s { light at 1 s; juice at 2 s }";
static const char STATE_FORM[] = "A state is written: state NAME from INIT next EXPR.";
static const char BEHIND_BOUND[] =
    "The units of time are ms, s, min and h; a product is written with *. Behind a bound may stand within 0.1, by 0.1, or for 90% of agents.";
static const char TWO_SIDES[] = "Both sides say what is measured: (x at go in play of slow) > (x at go in play of control).";
static const char GROUP_LAST[] = "Phases stand behind one 'in' with commas between, and the group behind them: in train last 20, probe of GROUP.";
static const char UNTIL_TRIAL[] =
    "'until' asks each agent about the trial that has just ended. What is to hold over several trials is counted by a state of the world.";
static const char PLOT_FORM[] = "A plot is written: plot VTA, hope in train last 20, probe of GROUP. It shows whole trials.";
static const char RANGE_FORM[] = "A range stands in brackets: param alpha = 0.1 in [0, 1].";
static const char IF_FORM[] = "A value that depends on something is written: if CONDITION then A else B.";

/* Where a name is defined, and another sign than = follows it. */
static const Form definitions[] = {
    {TOK_LET, 0, TOK_NAME, "== < : ", "A definition is written with one =: let bright = 2 * light. A comparison has two."},
    {TOK_PARAM, 0, TOK_NAME, "== < ", "A parameter is written: param alpha = 0.1."},
    {TOK_CONST, 0, TOK_NAME, "== < ", "A constant is written: const n = 10."},
    {TOK_REWARD, 0, TOK_NAME, "== < : ", "A reward has a name and a formula: reward life = juice."},
    {TOK_TRUTH, 0, TOK_NAME, "== < : ", "A truth has a name and a formula: truth pain = shock."},
    {TOK_REGION, 0, TOK_NAME, "name = ", "A region is written: region cue : cortex = history(light, 3 s)."},
};

static const Form forms[] = {
    {0, 0, '=', "> ", "Not below is written >=, an arrow ->."},
    {0, 0, '=', "< ", "Not above is written <=."},
    {0, 0, '<', "> ", "Not equal is written !=."},
    {0, 0, 0, "xor ", "Either, but not both, is written a != b, where both are 0 or 1."},
    {0, 0, '/', "* ", "A comment begins with # and ends with its line."},
    {TOK_FN, 0, ')', "{ : - ", "A function is written: fn double(x) = 2 * x."},
    {TOK_CONTEXT, 0, TOK_CONTEXT, "{ : = ", "What the striatum sees stands behind the word: context cue, history(light, 1 s)."},
    {0, 0, 0, "elif elseif ", "A second condition stands behind else: if A then 1 else if B then 2 else 3."},
    {TOK_DOPAMINE, 0, TOK_NAME, "> - ", "The arrow is written ->: dopamine VTA -> hope = error(hope)."},
    {TOK_DOPAMINE, 0, 0, ": ", "A dopamine signal is declared: dopamine VTA -> hope = error(hope)."},
    {TOK_MEASURE, 0, 0, ": ", "A measure is written: measure burst = VTA at light in train last 20."},
    {TOK_LET, 0, 0, "at in during ", "What is measured at a moment or over one is a measure: measure q = hope at light in train."},
    {TOK_DOPAMINE, 0, TOK_NAME, "< ", "The arrow leads from the signal to what it trains: dopamine VTA -> hope = error(hope)."},
    {TOK_DOPAMINE, 0, TOK_NAME, "== ", "A dopamine signal is declared: dopamine VTA -> hope = error(hope)."},
    {TOK_STATE, 0, 0, "= next ", STATE_FORM},
    {TOK_STATE, 0, 0, " } ", STATE_FORM},
    {TOK_REWARD, 0, TOK_REWARD, "= ", "A reward has a name: reward life = juice."},
    {TOK_TRUTH, 0, TOK_TRUTH, "= ", "A truth has a name: truth pain = shock."},
    {TOK_REWARD, 0, TOK_NAME, "} ", "A reward has a name and a formula: reward life = juice."},
    {TOK_LEARN, 0, TOK_LEARN, "number ", "Each setting has a name: learn rate 0.1, trace 0.9."},
    {TOK_LEARN, 0, 0, "= : name ", SETTINGS},
    {TOK_SELECT, 0, 0, "if ", "When it chooses stands behind 'when': select softmax(4) when go."},
    {TOK_SELECT, 0, 0, "at ", "'when' takes a signal, and it chooses on each step on which that is above 0: select softmax(4) when go."},
    {TOK_SELECT, 0, TOK_NAME, NULL, SELECT_FORM},
    {0, LOOP_BLOCK_LOOP, 0, "{ ", LOOP_FORM},
    {TOK_LOOP, LOOP_BLOCK_FILE, TOK_NAME, "* / + - ( ",
     "What is predicted is a name; a formula gets one in the hypothalamus: truth twice = 2 * juice."},
    {TOK_LOOP, LOOP_BLOCK_FILE, TOK_CHOOSE, NULL, "What there is to choose from stands in brackets: choose [left, right], or choose [10]."},
    {TOK_LOOP, LOOP_BLOCK_FILE, '[', "] ", "What there is to choose from stands in brackets: choose [left, right], or choose [10]."},
    {TOK_LOOP, LOOP_BLOCK_FILE, ']', "discount ahead within ",
     "A loop that chooses looks no time ahead; how good a choice was is said by its dopamine, and that of a loop that predicts looks ahead: rpe(value)."},
    {TOK_LOOP, LOOP_BLOCK_FILE, TOK_PREDICT, "[ ",
     "What is predicted is a name. A truth of several elements has a value for each: sense food[pellet, sugar], and predict food ahead 1 s."},
    {TOK_LOOP, LOOP_BLOCK_FILE, 0, ", name for until by with ", LOOP_FORM},
    {TOK_BOUNDS, 0, TOK_BOUNDS, NULL, "Weights have a lower and an upper bound, in brackets: bounds [0, 1]."},
    {TOK_PATH, 0, TOK_NAME, ", ", "A path is written with arrows: path agPFC -> VS -> VP -> MD."},
    {TOK_MAKE, 0, TOK_NAME, ", ) ", "Arguments are given by name: make hope = predictors.short_term(truth = juice, context = cue)."},
    {TOK_DOPAMINE, 0, TOK_NAME, "name ", "A dopamine signal is declared: dopamine VTA -> hope = error(hope)."},
    {0, LOOP_BLOCK_TRIAL, 0, ", ", "Each event stands on a line of its own, or behind ;."},
    {0, LOOP_BLOCK_TRIAL, 0, "if when is ", EVENT_ODDS},
    {0, LOOP_BLOCK_TRIAL, 0, "after from to ", EVENT_FORM},
    {0, LOOP_BLOCK_TRIAL, TOK_DURATION, "name == ", EVENT_FORM},
    {0, LOOP_BLOCK_TRIAL, TOK_NAME, "} number with ", EVENT_FORM},
    {0, LOOP_BLOCK_TRIAL, 0, "for ", EVENT_FORM},
    {0, LOOP_BLOCK_TRIAL, TOK_NAME, "= : ", EVENT_FORM},
    {TOK_TRIAL, 0, 0, "like ", "A trial like another is written: trial NAME like OTHER { ... }, with a duration behind OTHER if it differs."},
    {TOK_TRIAL, LOOP_BLOCK_TASK, TOK_DURATION, "name ", "What happens in a trial stands in braces: trial NAME 4 s { light at 1 s; juice at 2 s }"},
    {TOK_TRIAL, LOOP_BLOCK_TASK, TOK_NAME, "= ",
     "A trial is written: trial NAME 4 s { light at 1 s; juice at 2 s }, one that is like another: trial NAME like OTHER { no juice }"},
    {TOK_TRIAL, LOOP_BLOCK_TASK, 0, "= : , for ", TRIAL_FORM},
    {TOK_TRIAL, LOOP_BLOCK_TASK, 0, "with ", "What is done to the brain belongs to a phase, or to a group: phase probe = 20 TRIAL with lesion(VS)."},
    {TOK_BETWEEN, 0, 0, "to and , ", "An interval that varies is drawn: between uniform(5 s, 8 s)."},
    {TOK_PHASE, 0, TOK_DURATION, ") } newline of with until ; ",
     "A number and a unit of time are a duration: no trial can be called s, ms, min or h."},
    {TOK_PHASE, 0, '(', ") ", "What belongs to it stands inside: shuffle(3 TRIAL, 1 OTHER), or freeze(hope)."},
    {TOK_PHASE, 0, ')', "with ", DONE_FORM},
    {TOK_PHASE, 0, ')', "at from ", "When it is done stands inside: stimulate(VTA, 0.5 at light)."},
    {TOK_GROUP, 0, ')', "with ", DONE_FORM},
    {TOK_PHASE, 0, TOK_NUMBER, "Hz hz HZ mV nA pA spikes ", "Dopamine has no unit: what is added to the signal is a number, stimulate(VTA, 0.5 at light)."},
    {TOK_PHASE, 0, TOK_NUMBER, "from to until ", "How long it lasts stands behind 'for': stimulate(VTA, 0.5 at light for 500 ms)."},
    {TOK_PHASE, 0, TOK_UNTIL, NULL, "How many trials there are at most stands ahead: phase train = 100 TRIAL until VTA at juice < 0.1."},
    {TOK_PHASE, 0, TOK_NUMBER, "name ", "A mix says how many trials there are in all: phase NAME = 50 of shuffle(25 TRIAL, 25 OTHER)."},
    {TOK_PHASE, 0, TOK_NAME, "for in ", PHASE_GROUP},
    {TOK_PHASE, 0, TOK_NAME, ", ", PHASE_COMMA},
    {TOK_PHASE, 0, ',', "at ", "The time of a manipulation stands behind its value: stimulate(VTA, 0.5 at light)."},
    {TOK_PHASE, 0, 0, "of ( : ", PHASE_FORM},
    {TOK_PHASE, 0, 0, "lesion freeze block stimulate set while during and ", DONE_FORM},
    {TOK_PHASE, 0, '*', NULL, PHASE_FORM},
    {TOK_PHASE, 0, '=', " until ", PHASE_FORM},
    {TOK_PHASE, 0, TOK_NAME, "= ", "A manipulation's value stands behind a comma: set(hunger, 1)."},
    {TOK_PHASE, 0, TOK_NAME, NULL, PHASE_FORM},
    {TOK_GROUP, 0, 0, "number ", "All groups have as many agents: group NAME, and run 20 agents."},
    {TOK_GROUP, 0, 0, ": = ", GROUP_FORM},
    {TOK_GROUP, LOOP_BLOCK_FILE, TOK_NAME, NULL, GROUP_FORM},
    {0, LOOP_BLOCK_GROUP, ')', "{ ", GROUP_FORM},
    {0, LOOP_BLOCK_GROUP, 0, " , } ", "A group gives parameters values, each on a line of its own, or behind ;: group fast { alpha = 0.5; beta = 2 }"},
    {0, LOOP_BLOCK_GROUP, 0, "( ", "What is done to a group stands behind it: group NAME with block(VTA)."},
    {0, LOOP_BLOCK_GROUP, 0, NULL, "A group gives parameters other values: group fast { alpha = 0.5 }, where the model has param alpha = 0.1."},
    {TOK_SENSE, 0, 0, ": ", SENSE_NAMES},
    {TOK_SENSE, 0, TOK_SENSE, "= ", SENSE_NAMES},
    {TOK_SENSE, 0, TOK_NAME, "name ", "Names stand with commas between: sense light, juice."},
    {TOK_PLOT, 0, TOK_NAME, ", ", ONE_GROUP},
    {TOK_PLOT, 0, TOK_PLOT, NULL, PLOT_FORM},
    {TOK_PLOT, 0, ',', "in ", PLOT_FORM},
    {TOK_RECORD, 0, TOK_NAME, ", ", ONE_GROUP},
    {CLAIM, 0, TOK_NAME, ", ", ONE_PLACE},
    {TOK_PLOT, 0, TOK_NAME, "in ", GROUP_LAST},
    {TOK_RECORD, 0, TOK_NAME, "in ", GROUP_LAST},
    {TOK_PLOT, 0, ')', "at from and to ", PLOT_FORM},
    {TOK_PLOT, 0, TOK_NUMBER, "at from and to ", PLOT_FORM},
    {TOK_PLOT, 0, TOK_NAME, "at from and to name ", PLOT_FORM},
    {TOK_RECORD, 0, 0, "at from and to ", "A record is written: record VTA, hope in train last 20, probe of GROUP. It keeps whole trials."},
    {TOK_EXPECT, 0, TOK_STRING, ", ", "The text stands without a comma: expect \"a burst\" VTA at light > 0.5"},
    {TOK_EXPECT, 0, '>', "of ", TWO_SIDES},
    {TOK_EXPECT, 0, '<', "of ", TWO_SIDES},
    {TOK_EXPECT, 0, TOK_NUMBER, "between ", LOOP_TWO_CLAIMS},
    {TOK_EXPECT, 0, TOK_AND, "< > <= >= == != ", LOOP_TWO_CLAIMS},
    {TOK_EXPECT, 0, TOK_PERCENT, " agents ", "Agents one by one: for 90% of agents."},
    {TOK_EXPECT, 0, 0, "between ", "A window of time is written: from light to juice. Two bounds are two expectations, or = 0.8 within 0.1."},
    {TOK_MEASURE, 0, 0, "between ", WINDOW_FORM},
    {CLAIM, 0, TOK_UNTIL, "name ", UNTIL_FORM},
    {CLAIM, 0, 0, "where when ", CONDITION},
    {CLAIM, 0, TOK_NAME, "if given ", CONDITION},
    {CLAIM, 0, TOK_NUMBER, "if given ", CONDITION},
    {CLAIM, 0, TOK_NAME, "( ", "Behind 'of' stands a group. When something is largest is peak_time(x) from light to juice, and how long it takes until x is above 0 latency(x)."},
    {CLAIM, 0, TOK_NAME, "after before ", "Where something is measured is a moment or a window: at light + 200 ms, or from light to juice."},
    {CLAIM, 0, TOK_NAME, "trials phase during at ", CLAIM_PLACE},
    {CLAIM, 0, 0, "during ", CLAIM_PLACE},
    {CLAIM, 0, TOK_NAME, "number ", CLAIM_PLACE},
    {CLAIM, 0, TOK_NAME, "[ ", "Which trials are meant is said by a word: in train first 10, last 10, trial 3, or block 1 of 5."},
    {TOK_MEASURE, 0, TOK_NAME, "for ", "Whose it is stands last: in train of GROUP."},
    {CLAIM, 0, TOK_PICK, "< > <= >= == != = ", "The number of trials stands behind the word: first 20, or last 1."},
    {TOK_EXPECT, 0, TOK_IN, "name ", CLAIM_PLACE},
    {TOK_EXPECT, 0, TOK_IN, NULL, "Phases stand behind 'in'. Agents one by one: for 90% of agents."},
    {TOK_EXPECT, 0, TOK_NUMBER, "to ", CLAIM_PLACE},
    {TOK_EXPECT, 0, TOK_NUMBER, "of ", "A tolerance is a number, or a share of what is wanted: within 5%."},
    {CLAIM, 0, TOK_NUMBER, "trials ", "The number is enough: in train last 20."},
    {TOK_MEASURE, 0, 0, "< > <= >= == != ", "A measure has no bound. What must be above or below something is an expectation: expect VTA at light in train > 0.5."},
    {CLAIM, 0, TOK_NUMBER, "first last trial block blocks of ", ONE_PICK},
    {TOK_EXPECT, 0, 0, "about around approximately near ", "How near it must be is written: = 0.5 within 0.05."},
    {TOK_EXPECT, 0, TOK_NAME, "agents ", "Agents one by one: for 90% of agents, or for 100% of agents."},
    {CLAIM, 0, TOK_OF, "number ", ONE_PICK},
    {CLAIM, 0, TOK_NAME, "in first last trial block blocks ", CLAIM_PLACE},
    {CLAIM, 0, TOK_NAME, "is ",
     "What is wanted is written: = 0.5 within 0.05, or > 0.5. A choice is compared with ==: (act == left) at go in train > 0.9."},
    {TOK_EXPECT, 0, TOK_NAME, "above below over under exceeds ", "What is wanted is written: > 0.5, < 0.5, or = 0.5 within 0.05."},
    {CLAIM, 0, TOK_NAME, "on ", CLAIM_PLACE},
    {TOK_EXPECT, 0, TOK_NAME, "name ",
     "A text stands in quotes, and what is taken over time is a function ahead of its place: expect \"a burst\" peak(VTA) from light to juice in train."},
    {TOK_PARAM, 0, TOK_NAME, " : ", "A parameter is written: param alpha = 0.1."},
    {TOK_PARAM, 0, TOK_PARAM, " ", "A parameter is written: param alpha = 0.1."},
    {TOK_PARAM, 0, TOK_NUMBER, "in from between ", RANGE_FORM},
    {TOK_PARAM, 0, TOK_DURATION, "in from between ", RANGE_FORM},
    {0, 0, '+', "if ", IF_INSIDE},
    {0, 0, '-', "if ", IF_INSIDE},
    {0, 0, '*', "if ", IF_INSIDE},
    {0, 0, '/', "if ", IF_INSIDE},
    {0, 0, 0, "if : ? ", IF_FORM},
    {0, 0, '*', "* ", "A power is written x ^ 2."},
    {0, 0, 0, "/ ", "A comment begins with #."},
};

static bool has_word(const char *words, LoopStr text, int kind)
{
    bool name = kind == TOK_NAME, number = kind == TOK_NUMBER || kind == TOK_DURATION;
    for (const char *at = words, *end; (end = strchr(at, ' ')) != NULL; at = end + 1) {
        LoopStr word = {at, (size_t)(end - at)};
        if (loop_str_equal(word, text) || (name && loop_str_is(word, "name")) || (number && loop_str_is(word, "number")))
            return true;
    }
    return false;
}

enum { NAMES_A_FUNCTION = 1 << 16, NAMES_A_VALUE = 1 << 17, NAMES_A_SETTING = 1 << 18 }; /* beside the kinds of block */

static const char *elsewhere(int where, LoopStr word)
{
    enum {
        FUNCTION = NAMES_A_FUNCTION,
        FILE = LOOP_BLOCK_FILE,
        LOOP = LOOP_BLOCK_LOOP,
        TASK = LOOP_BLOCK_TASK,
        VALUE = NAMES_A_VALUE,
        SETTING = NAMES_A_SETTING
    };
    static const struct {
        int where;
        const char *words, *help;
    } rows[] = {
#define ELSEWHERE(where, words, help) {where, words, help},
#include "lang/syntax/elsewhere.def"
#undef ELSEWHERE
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].where == where && has_word(rows[i].words, word, 0))
            return rows[i].help;
    return NULL;
}

const char *loop_word_elsewhere(LoopBlockKind where, LoopStr word)
{
    return elsewhere((int)where, word);
}

const char *loop_function_elsewhere(LoopStr name)
{
    return elsewhere(NAMES_A_FUNCTION, name);
}

const char *loop_value_elsewhere(LoopStr name)
{
    return elsewhere(NAMES_A_VALUE, name);
}

const char *loop_setting_elsewhere(LoopStr name)
{
    return elsewhere(NAMES_A_SETTING, name);
}

static const char *behind(LoopStr word)
{
    return word.at + word.len + strspn(word.at + word.len, " \t");
}

bool loop_word_assigned(LoopStr word)
{
    const char *next = behind(word);
    return next[0] == '=' && next[1] != '=';
}

bool loop_word_happens(LoopStr word)
{
    const char *next = behind(word);
    return strncmp(next, "at", 2) == 0 && (next[2] == ' ' || next[2] == '\t');
}

/* Of a word that begins no statement, by what stands behind it in the source. */
static const char *statement_of(LoopStr word)
{
    const char *next = behind(word);
    if (next[0] && strchr("+-*/:", next[0]) && next[1] == '=')
        return "Nothing is assigned. What changes from step to step is a state: body { state n from 0 next n + 1 }.";
    if (loop_word_assigned(word))
        return "A formula gets its name by let, a number that may be varied by param, and what a circuit makes by make: let bright = 2 * light.";
    if (next[0] == '-' && next[1] == '>')
        return "A dopamine signal is declared: dopamine VTA -> hope = error(hope).";
    return "A statement begins with a word such as sense, let, loop, dopamine, task, expect or record.";
}

static const char *form_in(const Form *rows, size_t count, const LoopParse *p, LoopStr text, bool ended)
{
    const bool brace = loop_str_is(text, "{") || loop_str_is(text, "}");
    int statement = ended || (brace && !p->statement) ? p->statement_before : p->statement;
    bool slash = loop_str_is(text, "/") && text.at[1] != '/', claim = statement == TOK_EXPECT || statement == TOK_MEASURE;
    for (size_t i = 0; i < count; i++) {
        const Form *f = &rows[i];
        bool here = (!f->statement || f->statement == statement || (f->statement == CLAIM && claim)) &&
                    (!f->block || f->block == p->blocks[p->depth]) && (!f->before || f->before == p->kind_before);
        if (here && (!f->words || has_word(f->words, text, p->previous)) && (!slash || p->kind_before == '/' || p->statement_tokens <= 1))
            return f->help;
    }
    return NULL;
}

/* NULL when the token alone says more. */
static const char *form_of(const LoopParse *p, LoopStr text, bool ended)
{
    const char *form = p->statement_tokens == 3 ? form_in(definitions, sizeof definitions / sizeof definitions[0], p, text, ended) : NULL;
    form = form ? form : form_in(forms, sizeof forms / sizeof forms[0], p, text, ended);
    if (form)
        return form;
    if (loop_str_is(text, "=") && p->statement && p->statement_tokens == 2)
        return "The value follows the word without =, as in: step 100 ms.";
    if (p->statement == TOK_RUN && p->previous != TOK_END)
        return "A run is written: run 20 agents seed 1, and without a task: run 10 min, or run 20 agents for 10 min.";
    return NULL;
}

/* What a statement of this block may begin with; NULL: with any name. */
static const char *words_here(const LoopParse *p)
{
    LoopText help = {.arena = p->arena}, words = {.arena = p->arena};
    loop_tokens_put_words(p->blocks[p->depth], &words);
    if (!words.len)
        return NULL;
    loop_text_add(&help, "A statement begins here with %s.", words.at);
    return help.at;
}

/* As in alpha-pos. A token behind others has a character ahead of it. */
static bool is_dash_in_name(LoopStr text)
{
    return loop_str_is(text, "-") && !strchr(" \t", text.at[-1]) && !strchr(" \t\r\n=>", text.at[1]);
}

/* Whether it is the word ahead of a token, with some of `between` between the two, in a statement that begins with a longer word. */
static bool is_behind(LoopStr text, const char *word, const char *between)
{
    const size_t length = strlen(word);
    const char *at = text.at;
    while (strchr(between, at[-1]))
        at--;
    return memcmp(at - length, word, length) == 0 && strchr(" \t", at[-1 - (ptrdiff_t)length]);
}

/* As the second place in VTA at juice - VTA at light: there is one ahead of the last sign of the line. */
static bool is_second_place(const LoopParse *p, LoopStr text)
{
    const char *begin = loop_diags_source_at(p->diags, p->file)->text.at, *at = text.at;
    bool sign = false;
    for (; at > begin && at[-1] != '\n'; at--) {
        sign = sign || strchr("+-*/", at[-1]);
        if (sign && text.at - at > 4 && memcmp(at, " at ", 4) == 0)
            return true;
    }
    return false;
}

/* Whether the word stands in the line ahead of a token. */
static bool has_ahead(const LoopParse *p, LoopStr text, const char *word)
{
    const LoopStr source = loop_diags_source_at(p->diags, p->file)->text;
    const size_t length = strlen(word);
    for (const char *at = text.at; at > source.at && at[-1] != '\n'; at--)
        if ((size_t)(text.at - at) > length && memcmp(at, word, length) == 0 && at[length] == ' ' && at[-1] == ' ')
            return true;
    return false;
}

static bool in_index(const LoopParse *p)
{
    return p->parens && loop_diags_source_at(p->diags, p->file)->text.at[p->paren.begin] == '[';
}

/* How far ahead a loop looks, misspelt. */
static const char *horizon_hint(const LoopParse *p, LoopStr text)
{
    static const char *const horizons[] = {"discount", "ahead", "within"};
    LoopText help = {.arena = p->arena};
    for (size_t i = 0; i < sizeof horizons / sizeof horizons[0]; i++)
        if (text.len > 3 && loop_edit_distance(text, loop_str(horizons[i]), 2) <= 2) {
            loop_text_add(&help, "Did you mean '%s'?", horizons[i]);
            return help.at;
        }
    return NULL;
}

/* Of a measured value that is not written as it should be. */
static const char *claim_hint(const LoopParse *p, LoopStr text, bool relation)
{
    if (p->previous == TOK_NAME && is_behind(text, "phase", " \t"))
        return "A phase is named by itself: VTA at light in train.";
    if (p->previous == TOK_NAME && is_behind(text, "the", " \t"))
        return "A moment is named by itself: VTA at light in train.";
    if (relation && has_ahead(p, text, "until"))
        return UNTIL_FORM;
    if (relation && p->parens && has_ahead(p, text, "at"))
        return "What is expected of a measured value stands last, and outside of parentheses: (VTA at light in train) > 0.5.";
    if ((relation || p->previous == TOK_IN) && has_ahead(p, text, "from") && !has_ahead(p, text, "to"))
        return WINDOW_FORM;
    return NULL;
}

/* What is mostly meant by a token that stands where it can't. */
const char *loop_parse_hint(const LoopParse *p, LoopStr text, bool ended, bool wants_name)
{
    static const char *const relations[] = {"<", ">", "<=", ">=", "==", "!=", NULL}, *const signs[] = {"+", "-", "*", "/", NULL};
    static const char *const ends[] = {")", "]", ",", "}", ";", NULL}, *const picks[] = {"last", "first", "trial", "block", "for", "in", "of", NULL};
    bool claim = p->statement == TOK_EXPECT || p->statement == TOK_MEASURE || p->statement == TOK_PHASE;
    if (wants_name && loop_tokens_reserved(text))
        return "This word is reserved; choose another name.";
    if (text.len && text.at[0] == '"')
        return "A text names an expectation, a source or a file; a label is written without quotes: act == left.";
    if (claim && p->kind_before == TOK_NUMBER && is_behind(text, "block", " \t0123456789")) /* as in block 2 > 0.5, which lacks of how many */
        return CLAIM_PLACE;
    if (p->statement == TOK_PHASE && has_ahead(p, text, "until") && is_one_of(text, picks))
        return UNTIL_TRIAL;
    if (p->statement == TOK_EXPECT && p->previous == TOK_IN_LIST)
        return LOOP_TWO_CLAIMS;
    if (claim && p->parens && p->statement != TOK_PHASE && (p->previous == TOK_AT || p->previous == TOK_IN))
        return INSIDE_OUT;
    if (claim && p->previous == TOK_AT && is_second_place(p, text))
        return PLACES_APART;
    const char *meant = NULL;
    if (p->statement == TOK_LOOP && !p->parens && p->previous == TOK_NAME && p->kind_before == TOK_NAME)
        meant = horizon_hint(p, text);
    else if (claim && p->statement != TOK_PHASE)
        meant = claim_hint(p, text, is_one_of(text, relations));
    if (meant)
        return meant;
    if (loop_str_is(text, ",") && in_index(p))
        return "One element is read at a time: act.value[left].";
    if (p->statement == TOK_DOPAMINE && p->statement_tokens <= 5 && loop_str_is(text, "="))
        return "What a signal trains stands behind an arrow: dopamine VTA -> hope = error(hope).";
    if (loop_str_is(text, "=") && p->blocks[p->depth] == LOOP_BLOCK_TRIAL && !p->parens && p->statement != TOK_LET && p->kind_before == TOK_NUMBER)
        return EVENT_FORM; /* with 0.5 = SIZE */
    if (p->statement == TOK_STATE && p->statement_tokens <= 5 && p->previous == TOK_NAME && p->kind_before == TOK_NUMBER)
        return STATE_FORM; /* no `next` yet */
    if (p->statement_tokens == 3 && is_dash_in_name(text))
        return NO_DASH;
    if (p->ifs && (loop_str_is(text, ":") || loop_str_is(text, "{")))
        return IF_FORM;
    if (p->ifs && (ended || is_one_of(text, ends)))
        return IF_FORM;
    const char *form = form_of(p, text, ended);
    if (form)
        return form;
    if (!ended && !p->depth && p->previous == TOK_NAME && p->statement_tokens <= 1 && p->kind_before == TOK_END)
        return statement_of(text);
    if (!ended && p->previous == TOK_NAME && p->statement_tokens <= 1)
        return words_here(p);
    if (ended || (p->statement_tokens <= 1 && p->kind_before == TOK_END))
        return "A statement ends with its line; break lines after an operator or a comma, or inside ( ).";
    if (loop_str_is(text, "=") && p->parens && p->statement == TOK_LET)
        return "Equality in a formula is written ==. Arguments with names are those of a circuit: make y = unit(x = 1).";
    if (loop_str_is(text, "="))
        return "Equality in a formula is written ==.";
    if (loop_str_is(text, "."))
        return "A number begins with a digit, such as 0.5.";
    if (is_one_of(text, relations))
        return "Comparisons can't be chained; join two of them with 'and'.";
    if (claim && is_one_of(text, signs))
        return PLACES_APART;
    if (p->statement == TOK_EXPECT && p->previous == TOK_NAME && p->kind_before == TOK_NUMBER)
        return BEHIND_BOUND;
    if (p->previous == TOK_NAME && p->kind_before == TOK_NUMBER)
        return "The units of time are ms, s, min and h; a product is written with *.";
    if (loop_tokens_blocks(text))
        return "A statement begins on a line of its own, or behind ;.";
    return NULL;
}
